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
import { testWith } from '../support/services.js'

const IMAGE = 'application/vnd.docker.distribution.manifest.v2+json'

/** A registry with its images in a folder, in a process of its own. */
async function startRegistry(folder: string) {
  const url = await deadUrl()
  const config = `
version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: ${join(folder, 'images')} } }
http: { addr: '${new URL(url).host}' }
`
  await writeFile(join(folder, 'registry.yml'), config)
  const child = spawn('docker-registry', ['serve', join(folder, 'registry.yml')], { stdio: 'ignore' })
  const exited = once(child, 'exit')
  const isReady = () =>
    fetch(`${url}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isReady())) await sleep(20)
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill()
      await exited
    },
  }
}

/** An image of nothing but its settings. */
async function push(url: string, repository: string, tags: readonly string[]): Promise<void> {
  const settings = JSON.stringify({ repository })
  const digest = `sha256:${createHash('sha256').update(settings).digest('hex')}`
  const begun = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  const place = new URL(begun.headers.get('location') ?? '')
  place.searchParams.set('digest', digest)
  const headers = { 'content-type': 'application/octet-stream' }
  expect((await fetch(place, { method: 'PUT', headers, body: settings })).status).toBe(201)
  const config = {
    mediaType: 'application/vnd.docker.container.image.v1+json',
    size: settings.length,
    digest,
  }
  const body = JSON.stringify({ schemaVersion: 2, mediaType: IMAGE, config, layers: [] })
  for (const tag of tags) {
    const put = { method: 'PUT', headers: { 'content-type': IMAGE }, body }
    expect((await fetch(`${url}/v2/${repository}/manifests/${tag}`, put)).status).toBe(201)
  }
}

testWith('docker-registry')(
  'a Docker registry: its repositories by Link headers, and the tags of each',
  async () => {
    await using folder = await outputFolder()
    await using registry = await startRegistry(folder.path)
    const names = ['app', 'base', 'cache', 'db', 'edge']
    for (const name of names) await push(registry.url, name, ['1.0', `${name}-2`])
    const yaml = `
sources:
  - name: registry
    baseUrl: ${registry.url}/v2
    pagination: { type: linkHeader }
    streams:
      - name: repositories
        path: /_catalog
        query: { n: 2 }
        records: { path: repositories, shape: texts }
        id: value
      - name: tags
        for: { each: repositories, as: repository }
        path: /{repository.value}/tags/list
        records: { path: tags, shape: texts }
        add: { repository: '{repository.value}' }
        id: [repository, value]
`
    const flags = { output: join(folder.path, 'out') }
    const { config } = parseConfig(yaml, 'p.yaml', { flags, environment: {} })
    const { summary } = await acquired(withLimits({ ...config, workers: 1 }, QUICK))
    expect(summary.run.status).toBe('complete')
    const taken = summary.records
      .filter(({ source }) => source === 'registry.tags')
      .map(({ fields }) => fields)
    const tags = names.flatMap(repository => ['1.0', `${repository}-2`].map(value => ({ repository, value })))
    expect(taken).toEqual(expect.arrayContaining(tags))
    expect(taken).toHaveLength(10)
    expect(summary.totals).toMatchObject({ records: 15, pages: 8, rejected: 0 })
  },
)
