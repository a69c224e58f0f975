import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isProof } from '../support/proof.js'
import { succeed } from '../support/run.js'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const INSTALL_MS = 300_000

let work: string
let tarballs: { patterns: string; http: string }

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'async-patterns-pack-'))
  const packed = await succeed(
    'npm',
    ['pack', '--json', '-w', 'packages/patterns', '-w', 'packages/http', '--pack-destination', work],
    { cwd: repository },
  )
  tarballs = tarballsOf(JSON.parse(packed))
}, INSTALL_MS)

afterAll(() => rm(work, { recursive: true, force: true }))

/** npm 11 lists what it packed; later versions key it by package name. */
function tarballsOf(packed: object): typeof tarballs {
  const entries = Object.values(packed) as { name: string; filename: string }[]
  const fileOf = (name: string): string => {
    const entry = entries.find(one => one.name === name)
    if (entry === undefined) throw new Error(`npm packed no ${name}`)
    return join(work, entry.filename)
  }
  return { patterns: fileOf('async-patterns'), http: fileOf('@async-patterns/http') }
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

function importing(entries: readonly string[]): string {
  const lines = entries.map(
    entry =>
      `if (Object.keys(await import('${entry}')).length === 0) throw new Error('${entry} exports nothing')`,
  )
  return `${lines.join('\n')}\nconsole.log('imported')\n`
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
    const compilerOptions = {
      noEmit: true,
      strict: true,
      module: 'nodenext',
      target: 'es2022',
      skipLibCheck: false,
      types: [],
    }
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['stranger.ts'] }),
    )
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

/** Every entry point, the command, and the store with its native part. */
async function expectHttpWorks(project: string, env: NodeJS.ProcessEnv): Promise<void> {
  const rooms = ['engines', 'persistence', 'mock', 'lab', 'acquisition']
  await writeFile(join(project, 'import.mjs'), importing(rooms.map(room => `@async-patterns/http/${room}`)))
  expect(await succeed('node', ['import.mjs'], { cwd: project, env })).toContain('imported')
  const command = join(project, 'node_modules', '.bin', 'async-patterns')
  expect(await succeed(command, ['--help'], { cwd: project, env })).toContain('acquire')
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
