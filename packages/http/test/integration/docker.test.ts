import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { isProof } from '../support/proof.js'
import { run, succeed } from '../support/run.js'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const read = (path: string): string => readFileSync(repository + path, 'utf8')

interface Service {
  readonly build: { readonly context: string; readonly dockerfile: string }
  readonly command: readonly string[]
  readonly ports: readonly string[]
  readonly healthcheck: { readonly test: readonly string[] }
}

/**
 * What of the Compose specification our file uses; a key that is not listed is a slip of the pen until it is.
 */
const seconds = { type: 'string', pattern: '^\\d+s$' }
const words = { type: 'array', items: { type: 'string' }, minItems: 1 }
const object = (properties: Record<string, object>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})
const composeSchema = object({
  name: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' },
  services: object({
    shops: object({
      build: object({ context: { type: 'string' }, dockerfile: { type: 'string' } }),
      command: words,
      ports: { ...words, items: { type: 'string', pattern: '^127\\.0\\.0\\.1:\\d+:\\d+$' } },
      init: { const: true },
      read_only: { const: true },
      cap_drop: { const: ['ALL'] },
      security_opt: { const: ['no-new-privileges:true'] },
      healthcheck: object({
        test: words,
        interval: seconds,
        timeout: seconds,
        retries: { type: 'integer', minimum: 1 },
        start_period: seconds,
      }),
    }),
  }),
})

const compose = parse(read('docker/compose.yaml')) as { services: { shops: Service } }
const { services } = compose
const { shops } = services
const dockerfile = read('docker/Dockerfile')

/** The words of the last such line of the Dockerfile, which are JSON. */
function wordsOf(instruction: string): string[] {
  const [, list = '[]'] = new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(dockerfile) ?? []
  return JSON.parse(list) as string[]
}

/** What the Dockerfile takes from the repository. */
function copiedSources(): string[] {
  const copies = dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)
  return [...copies].flatMap(([, sources = '']) => sources.split(' '))
}

describe('what compose runs exists', () => {
  test('compose.yaml has what the Compose specification allows, and no more', () => {
    const isCompose = new Ajv({ allErrors: true }).compile(composeSchema)
    isCompose(compose)
    expect(isCompose.errors ?? []).toEqual([])
  })

  test('the Dockerfile, its sources and the built command', () => {
    expect(shops.build).toEqual({ context: '..', dockerfile: 'docker/Dockerfile' })
    const copied = copiedSources()
    expect(copied.length).toBeGreaterThan(3)
    for (const source of copied) {
      expect(existsSync(repository + source), source).toBe(true)
      expect(read('docker/Dockerfile.dockerignore').split('\n')).toContain(`!${source}`)
    }
    const [node, command = ''] = wordsOf('ENTRYPOINT')
    expect([node, existsSync(repository + command)]).toEqual(['node', true])
  })

  test('it builds as make does', () => {
    const [, recipe = ''] = /^build:.*\n\n\$\(STAMPS\)\/build:.*\n((?:\t.*\n)+)/m.exec(read('Makefile')) ?? []
    const commands = recipe.split('\n').map(line => line.trim())
    // The copies for the tarball are of no use in an image.
    const built = commands.filter(command => /^(npx|node) (?!scripts\/package-files)/.test(command))
    expect(built.length).toBeGreaterThan(1)
    for (const command of built) expect(dockerfile).toContain(`&& ${command} `)
  })

  test('it does not run as root', () => {
    const users = [...dockerfile.matchAll(/^USER (\S+)$/gm)].map(([, user]) => user)
    expect(users).toEqual(['node'])
    expect(dockerfile.indexOf('USER node')).toBeGreaterThan(dockerfile.lastIndexOf('FROM '))
  })

  test('the ports are the same everywhere, and open to this machine only', () => {
    const port = Number(shops.command[shops.command.indexOf('--port') + 1])
    const ports = [port, port + 1, port + 2]
    expect(shops.ports).toEqual(ports.map(one => `127.0.0.1:${one}:${one}`))
    expect(dockerfile).toContain(`EXPOSE ${ports.join(' ')}\n`)
    expect(shops.healthcheck.test.at(-1)).toContain(`[${ports.join(', ')}]`)
  })

  test.each([
    ['the image', wordsOf('CMD')],
    ['compose', shops.command],
  ])('the command of %s starts the three shops', async (_, command) => {
    await expectShops(repository, command)
  })
})

/**
 * Starts the entry point in a folder with these words, and asks the shops as the health check of compose
 * does.
 */
async function expectShops(folder: string, command: readonly string[]): Promise<void> {
  const [, main = ''] = wordsOf('ENTRYPOINT')
  const local = command.map(word => (word === '0.0.0.0' ? '127.0.0.1' : word))
  const child = spawn(process.execPath, [join(folder, main), ...local, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let ports: string[]
  try {
    const ready = once(createInterface({ input: child.stdout }), 'line')
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`)))
    const [line] = (await Promise.race([ready, ended])) as [string]
    const { urls } = JSON.parse(line) as { urls: Record<string, string> }
    ports = Object.values(urls).map(url => new URL(url).port)
    expect(await healthCheck(ports)).toBe(0)
  } finally {
    child.kill()
  }
  if (child.exitCode === null) await once(child, 'exit')
  expect(child.exitCode).toBe(0)
  expect(await healthCheck(ports)).toBe(1)
}

/** The exit code of the health check of compose, on these ports. */
async function healthCheck(ports: readonly string[]): Promise<number> {
  const [, program, ...args] = shops.healthcheck.test
  expect([shops.healthcheck.test[0], program]).toEqual(['CMD', 'node'])
  // Compose writes a dollar sign twice.
  const here = args.map(arg => arg.replaceAll('$$', '$').replace(/\[\d+(, \d+)*\]/, `[${ports.join(', ')}]`))
  return (await run(process.execPath, here)).code
}

if (isProof) {
  test('what the Dockerfile copies is built by what it runs, and the shops start from what is left', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'docker-'))
    try {
      const ignored = /(^|\/)(dist|test|node_modules)$/
      for (const source of copiedSources()) {
        const filter = (path: string): boolean => !ignored.test(relative(repository, path))
        await cp(repository + source, join(folder, source), { recursive: true, filter })
      }
      const [, build = ''] = /^RUN ((?:.*\\\n)*.*)$/m.exec(dockerfile) ?? []
      await succeed('bash', ['-ec', build], { cwd: folder })
      await expectShops(folder, wordsOf('CMD'))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
}

const config = 'docker compose config takes it'
if (spawnSync('docker', ['compose', 'version']).status === 0) test(config, expectComposeTakesIt)
else console.warn(`left out, as docker compose is missing: ${config}; its schema is checked all the same`)

function expectComposeTakesIt(): void {
  const { status, stdout, stderr } = spawnSync(
    'docker',
    ['compose', '-f', 'docker/compose.yaml', 'config', '--format', 'json'],
    { cwd: repository, encoding: 'utf8' },
  )
  expect([status, stderr]).toEqual([0, expect.any(String)])
  const told = JSON.parse(stdout) as { services: Record<string, { command: string[] }> }
  expect(told.services['shops']?.command).toEqual(shops.command)
}
