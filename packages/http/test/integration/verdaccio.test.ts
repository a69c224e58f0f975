import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { deadUrl } from '../contracts/servers.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'
import { programPath, testWith } from '../support/services.js'

/** An npm registry of its own, with no other behind it. */
async function startVerdaccio(folder: string) {
  const url = await deadUrl()
  const config = `
storage: ./storage
uplinks: {}
packages: { '**': { access: $all, publish: $anonymous } }
log: { type: stdout, format: json, level: fatal }
`
  await writeFile(join(folder, 'verdaccio.yaml'), config)
  const args = ['--config', join(folder, 'verdaccio.yaml'), '--listen', new URL(url).host]
  const child = spawn(programPath('verdaccio') ?? 'verdaccio', args, { stdio: 'ignore', cwd: folder })
  const exited = once(child, 'exit')
  const isReady = () =>
    fetch(`${url}/-/ping`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isReady())) await sleep(50)
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill()
      await exited
    },
  }
}

/** A package of one file, in one version, as `npm publish` sends it. */
async function publish(url: string, name: string, version: string): Promise<void> {
  const data = Buffer.from(`${name}@${version}`)
  const file = `${name}-${version}.tgz`
  const shasum = createHash('sha1').update(data).digest('hex')
  const dist = { tarball: `${url}/${name}/-/${file}`, shasum }
  const body = {
    _id: name,
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { name, version, description: `what ${name} does`, dist } },
    _attachments: {
      [file]: {
        content_type: 'application/octet-stream',
        data: data.toString('base64'),
        length: data.length,
      },
    },
  }
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/${name}`, { method: 'PUT', headers, body: JSON.stringify(body) })
  expect(answer.status).toBe(201)
}

testWith('verdaccio')(
  'an npm registry: a map of all packages, and a map of the versions of each',
  async () => {
    await using folder = await outputFolder()
    await using registry = await startVerdaccio(folder.path)
    const names = ['app', 'base', 'cache']
    for (const name of names) await publish(registry.url, name, '1.0.0')
    await publish(registry.url, 'base', '1.1.0-rc.1')
    const yaml = `
sources:
  - name: npm
    baseUrl: ${registry.url}
    streams:
      - name: packages
        path: /-/verdaccio/data/packages
        id: name
        keep: [name, version]
      - name: versions
        for: { each: packages, as: package }
        path: /{package.name}
        records: { path: versions, shape: map }
        id: [name, version]
        keep: [name, version, dist.shasum]
`
    const flags = { output: join(folder.path, 'out') }
    const { config } = parseConfig(yaml, 'p.yaml', { flags, environment: {} })
    const { summary } = await acquired(withLimits({ ...config, workers: 1 }, QUICK))
    expect(summary.run.status).toBe('complete')
    const versions = summary.records
      .filter(({ source }) => source === 'npm.versions')
      .map(({ fields: { name, version } }) => `${String(name)}@${String(version)}`)
    expect(versions.sort()).toEqual(['app@1.0.0', 'base@1.0.0', 'base@1.1.0-rc.1', 'cache@1.0.0'])
    expect(summary.totals).toMatchObject({ records: 7, pages: 4, rejected: 0 })
  },
  60_000,
)
