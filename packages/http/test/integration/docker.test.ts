import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const read = (path: string): string => readFileSync(repository + path, 'utf8')

interface Service {
  readonly build: { readonly context: string; readonly dockerfile: string }
  readonly command: readonly string[]
  readonly ports: readonly string[]
  readonly healthcheck: { readonly test: readonly string[] }
}

const { services } = parse(read('docker/compose.yaml')) as { services: { shops: Service } }
const { shops } = services
const dockerfile = read('docker/Dockerfile')

/** The words of the last such line of the Dockerfile, which are JSON. */
function words(instruction: string): string[] {
  const [, list = '[]'] = new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(dockerfile) ?? []
  return JSON.parse(list) as string[]
}

describe('what compose runs exists', () => {
  test('the Dockerfile, its sources and the built command', () => {
    expect(shops.build).toEqual({ context: '..', dockerfile: 'docker/Dockerfile' })
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
      sources.split(' '),
    )
    expect(copied.length).toBeGreaterThan(3)
    for (const source of copied) {
      expect(existsSync(repository + source), source).toBe(true)
      expect(read('docker/Dockerfile.dockerignore').split('\n')).toContain(`!${source}`)
    }
    const [node, command = ''] = words('ENTRYPOINT')
    expect([node, existsSync(repository + command)]).toEqual(['node', true])
  })

  test('it builds all that Node loads: async-patterns from one joined file', () => {
    expect(dockerfile).toMatch(/tsc -b && node scripts\/bundle-patterns\.mjs/)
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
    ['the image', words('CMD')],
    ['compose', shops.command],
  ])('the command of %s starts the three shops', async (_, command) => {
    const [, main = ''] = words('ENTRYPOINT')
    const local = command.map(word => (word === '0.0.0.0' ? '127.0.0.1' : word))
    const child = spawn(process.execPath, [repository + main, ...local, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
      const { urls } = JSON.parse(line) as { urls: Record<string, string> }
      const answers = await Promise.all(Object.values(urls).map(url => fetch(`${url}/health`)))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    } finally {
      child.kill()
    }
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0

test.skipIf(!hasCompose)('docker compose config takes it', () => {
  const { status, stdout, stderr } = spawnSync(
    'docker',
    ['compose', '-f', 'docker/compose.yaml', 'config', '--format', 'json'],
    { cwd: repository, encoding: 'utf8' },
  )
  expect([status, stderr]).toEqual([0, expect.any(String)])
  const config = JSON.parse(stdout) as { services: Record<string, { command: string[] }> }
  expect(config.services['shops']?.command).toEqual(shops.command)
})
