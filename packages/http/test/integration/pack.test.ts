import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { snippetsOf } from '../support/markdown.js'
import { isProof } from '../support/proof.js'
import { run, succeed } from '../support/run.js'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
// A native binding is compiled where none can be downloaded, which takes minutes on a busy machine.
const INSTALL_MS = 600_000

/** What is read of `npm pack --json`. */
interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

let work: string
let tarballs: { patterns: string; http: string }
let packages: readonly Packed[]

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'async-patterns-pack-'))
  const packed = await succeed(
    'npm',
    ['pack', '--json', '-w', 'packages/patterns', '-w', 'packages/http', '--pack-destination', work],
    { cwd: repository },
  )
  // npm 11 lists what it packed; later versions key it by package name.
  packages = Object.values(JSON.parse(packed) as object) as Packed[]
  const tarball = (name: string): string => join(work, packedAs(name).filename)
  tarballs = { patterns: tarball('async-patterns'), http: tarball('@async-patterns/http') }
}, INSTALL_MS)

afterAll(() => rm(work, { recursive: true, force: true }), INSTALL_MS)

function packedAs(name: string): Packed {
  const found = packages.find(one => one.name === name)
  if (found === undefined) throw new Error(`npm packed no ${name}`)
  return found
}

/** Another Node from the npm registry, with its headers: what a native module is built against. */
async function installNode(version: string): Promise<NodeJS.ProcessEnv> {
  const folder = join(work, `node-${version}`)
  const platform = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  const name = `${platform}-${process.platform}-${process.arch}`
  await mkdir(folder, { recursive: true })
  await succeed('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${version}`])
  const home = join(folder, 'node_modules', name)
  const { NODE_OPTIONS: _, ...environment } = process.env
  return {
    ...environment,
    PATH: `${join(home, 'bin')}${delimiter}${process.env['PATH']}`,
    npm_config_nodedir: home,
    MAKEFLAGS: '-j2',
  }
}

async function emptyProject(name: string): Promise<string> {
  const folder = join(work, name)
  const manifest = {
    name: 'stranger',
    private: true,
    type: 'module',
    allowScripts: { 'better-sqlite3': true },
  }
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  return folder
}

/** What a README tells its reader to type. */
function shellLines(file: string): string[] {
  return snippetsOf(file, 'sh').flatMap(({ code }) => code.trim().split('\n'))
}

function importing(entries: readonly string[]): string {
  const lines = entries.map(
    entry =>
      `if (Object.keys(await import('${entry}')).length === 0) throw new Error('${entry} exports nothing')`,
  )
  return `${lines.join('\n')}\nconsole.log('imported')\n`
}

/** The declarations of the packages are checked too. */
function writeCompilerOptions(project: string, types: readonly string[]): Promise<void> {
  const compilerOptions = {
    noEmit: true,
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    skipLibCheck: false,
    types,
  }
  return writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['stranger.ts'] }),
  )
}

describe('async-patterns, packed and installed in an empty project', () => {
  let project: string

  beforeAll(async () => {
    project = await emptyProject('patterns')
    await succeed('npm', ['install', '--no-audit', '--no-fund', tarballs.patterns], { cwd: project })
  }, INSTALL_MS)

  test('installs exactly one package', async () => {
    const installed = (await readdir(join(project, 'node_modules'))).filter(name => !name.startsWith('.'))
    expect(installed).toEqual(['async-patterns'])
  })

  test('its declarations compile without @types/node and with skipLibCheck off', async () => {
    await writeFile(
      join(project, 'stranger.ts'),
      `import { CircuitBreaker, compose, RetryPolicy, SemaphoreLimiter, Timeout } from 'async-patterns'
       import * as observability from 'async-patterns/observability'
       import * as testing from 'async-patterns/testing'
       const stack = compose(new RetryPolicy(), new SemaphoreLimiter(), new CircuitBreaker(), new Timeout({ timeoutMs: 1000 }))
       export const answer: Promise<number> = stack.execute(() => 42)
       export const entries = [observability, testing]\n`,
    )
    await writeCompilerOptions(project, [])
    await succeed(join(repository, 'node_modules', '.bin', 'tsc'), ['-p', '.'], { cwd: project })
  }, 60_000)

  test.each(['20.19', '22', '24', '26'])(
    'every entry point can be imported on Node %s',
    async version => {
      const env = await installNode(version)
      const script = join(project, `import-${version}.mjs`)
      const entries = ['async-patterns', 'async-patterns/observability', 'async-patterns/testing']
      await writeFile(
        script,
        `if (!process.version.startsWith('v${version}')) throw new Error(process.version)\n${importing(entries)}`,
      )
      expect(await succeed('node', [script], { cwd: project, env })).toContain('imported')
    },
    INSTALL_MS,
  )
})

const rooms = ['engines', 'persistence', 'mock', 'measurements', 'lab', 'acquisition']

/** Every entry point, the command, and the store with its native part. */
async function expectHttpWorks(project: string, env: NodeJS.ProcessEnv): Promise<void> {
  await writeFile(join(project, 'import.mjs'), importing(rooms.map(room => `@async-patterns/http/${room}`)))
  expect(await succeed('node', ['import.mjs'], { cwd: project, env })).toContain('imported')
  const command = join(project, 'node_modules', '.bin', 'async-patterns')
  expect(await succeed(command, ['--help'], { cwd: project, env })).toContain('acquire')
  for (const line of shellLines('packages/http/README.md')) {
    const local = line.replace('npm install async-patterns @async-patterns/http', 'npm --version')
    await succeed('sh', ['-c', local], { cwd: project, env })
  }
  const summary = JSON.parse(await readFile(join(project, 'demo-out', 'summary.json'), 'utf8')) as object
  expect(summary).toMatchObject({ run: { status: 'complete' } })
  const store = `import Database from 'better-sqlite3'\nconsole.log(new Database(':memory:').prepare('select 41 + 1').pluck().get())\n`
  await writeFile(join(project, 'store.mjs'), store)
  expect(await succeed('node', ['store.mjs'], { cwd: project, env })).toContain('42')
}

/** Each compiles the native part for its Node: a minute or two. */
const COMPILED_ON = isProof ? ['20.19', '24'] : []

describe('@async-patterns/http, packed and installed in an empty project', () => {
  test.each(COMPILED_ON)(
    'entry points and command work on Node %s, the native part compiled for it',
    async version => {
      const env = await installNode(version)
      const project = await emptyProject(`http-${version}`)
      const packages = [tarballs.patterns, tarballs.http]
      await succeed('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: project, env })
      await expectHttpWorks(project, env)
    },
    INSTALL_MS,
  )

  test(
    `entry points and command work on this Node, ${process.version}, with the native part of the workspace`,
    async () => {
      const [project, inWorkspace] = [await emptyProject('http'), join('node_modules', 'better-sqlite3')]
      const manifest = await readFile(join(repository, inWorkspace, 'package.json'), 'utf8')
      const { version } = JSON.parse(manifest) as { version: string }
      const packages = [tarballs.patterns, tarballs.http, `better-sqlite3@${version}`]
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund']
      await succeed('npm', ['install', ...flags, ...packages], { cwd: project })
      const native = join(inWorkspace, 'build', 'Release', 'better_sqlite3.node')
      await cp(join(repository, native), join(project, native))
      await expectHttpWorks(project, process.env)
    },
    INSTALL_MS,
  )
})

test(
  'N-52 @async-patterns/http: its declarations compile with skipLibCheck off, without those of better-sqlite3',
  async () => {
    const project = await emptyProject('http-types')
    const flags = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund']
    await succeed('npm', ['install', ...flags, tarballs.patterns, tarballs.http], { cwd: project })
    const types = join('node_modules', '@types', 'node')
    await cp(join(repository, types), join(project, types), { recursive: true })
    await cp(
      join(repository, 'node_modules', 'undici-types'),
      join(project, 'node_modules', 'undici-types'),
      { recursive: true },
    )
    const imports = rooms.map(room => `import * as ${room} from '@async-patterns/http/${room}'`)
    await writeFile(
      join(project, 'stranger.ts'),
      `${imports.join('\n')}\nexport const all: object[] = [${rooms.join(', ')}]\n`,
    )
    await writeCompilerOptions(project, ['node'])
    await succeed(join(repository, 'node_modules', '.bin', 'tsc'), ['-p', '.'], { cwd: project })
  },
  INSTALL_MS,
)

describe('the command async-patterns, which both packages bring', () => {
  // Neither the native SQLite binding nor anything else that has to be built is needed to see which command it is.
  const install = (cwd: string, ...packages: string[]): Promise<string> =>
    succeed('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], { cwd })
  const command = (cwd: string, ...args: string[]) =>
    run(join(cwd, 'node_modules', '.bin', 'async-patterns'), args, { cwd })

  test(
    'async-patterns alone says how to install it, and ends with 1',
    async () => {
      const project = await emptyProject('command-alone')
      await install(project, tarballs.patterns)
      const { code, stdout, stderr } = await command(project, 'demo', '--json')
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toContain('npm install @async-patterns/http')
      expect(stderr).toContain('npx @async-patterns/http demo --json')
    },
    INSTALL_MS,
  )

  /** The command that npm has linked, and the one that async-patterns hands on to. */
  async function expectCommand(project: string): Promise<void> {
    const shown = await command(project, '--help')
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('acquire [options]')])
    const mistyped = await command(project, 'aquire')
    expect([mistyped.code, mistyped.stderr]).toEqual([2, expect.stringContaining('Did you mean acquire?')])
    const forwarding = join(project, 'node_modules', 'async-patterns', 'bin', 'async-patterns.mjs')
    expect(await succeed('node', [forwarding, '--help'], { cwd: project })).toBe(shown.stdout)
    expect(await succeed('node', [forwarding, '--help'], { cwd: tmpdir() })).toBe(shown.stdout)
  }

  test(
    'it works with both installed at once, and with async-patterns first',
    async () => {
      const together = await emptyProject('command-together')
      await install(together, tarballs.http, tarballs.patterns)
      await expectCommand(together)
      const patternsFirst = await emptyProject('command-patterns-first')
      await install(patternsFirst, tarballs.patterns)
      await install(patternsFirst, tarballs.http)
      await expectCommand(patternsFirst)
    },
    INSTALL_MS,
  )

  test(
    'it works with @async-patterns/http alone, which brings async-patterns along, and with that installed afterwards',
    async () => {
      const project = await emptyProject('command-http-first')
      const file = join(project, 'package.json')
      const manifest = JSON.parse(await readFile(file, 'utf8')) as object
      // Until it is published, the registry has no async-patterns that would do.
      const overrides = { 'async-patterns': `file:${tarballs.patterns}` }
      await writeFile(file, JSON.stringify({ ...manifest, overrides }))
      await install(project, tarballs.http)
      await expectCommand(project)
      await writeFile(
        file,
        JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), overrides: {} }),
      )
      await install(project, tarballs.patterns)
      await expectCommand(project)
    },
    INSTALL_MS,
  )

  test(
    'async-patterns elsewhere hands on to the @async-patterns/http of the working directory',
    async () => {
      const project = await emptyProject('command-working-directory')
      const elsewhere = await emptyProject('command-elsewhere')
      await install(elsewhere, tarballs.patterns)
      await install(project, tarballs.patterns, tarballs.http)
      const forwarding = join(elsewhere, 'node_modules', '.bin', 'async-patterns')
      expect(await succeed(forwarding, ['--version'], { cwd: project })).toMatch(/^\d+\.\d+\.\d+\n$/)
    },
    INSTALL_MS,
  )
})

describe('what the tarballs hold', () => {
  test('@async-patterns/http: the JSON Schemas, and the pipeline file of the demo', async () => {
    const files = packedAs('@async-patterns/http').files.map(({ path }) => path)
    const schemas = await readdir(join(repository, 'schemas'))
    expect(files).toEqual(
      expect.arrayContaining([...schemas.map(name => `schemas/${name}`), 'examples/shops.yaml']),
    )
  })

  test.each(['async-patterns', '@async-patterns/http'])('%s: licence, README and changelog', name => {
    const files = packedAs(name).files.map(({ path }) => path)
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json']))
  })
})
