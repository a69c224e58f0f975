import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hookStubs } from '../../../../src/acquisition/configuration/import/hook-stubs.js'
import { importManifest } from '../../../../src/acquisition/configuration/import/import-manifest.js'
import { loadConfig } from '../../../../src/acquisition/configuration/load-config.js'
import type { StreamHooks } from '../../../../src/acquisition/streams/index.js'
import { manifestOf, streamOf } from './manifest-of.js'

const built = new URL('../../../../dist/acquisition/index.js', import.meta.url).href

/** As `acquire` loads it, with the package at its place in the repository. */
async function loaded(text: string, head = `const [defineConfig, defineSource] = [one => one, one => one]`) {
  const folder = await mkdtemp(join(tmpdir(), 'stubs-'))
  try {
    const file = join(folder, 'pipeline.hooks.mjs')
    await writeFile(file, text.replace(/^import .*$/m, head))
    return (await loadConfig(file, { environment: {} })).config
  } finally {
    await rm(folder, { recursive: true })
  }
}

const odd = (name: string, parts: object) => streamOf({ name, retriever: parts as never })

test('each refused stream has a stub that loads, with the hook that is missing, and fails by name', async () => {
  const custom = { type: 'CustomRetriever', class_name: 'source_acme.Odd' }
  const manifest = manifestOf([
    streamOf(),
    odd('odd one', custom),
    odd('odd one', custom),
    odd('regions', { partition_router: { type: 'CustomPartitionRouter', class_name: 'source_acme.Parts' } }),
  ])
  const { hooks = '', refused } = importManifest(manifest, { name: 'acme', file: 'manifest.yaml' })
  expect(refused.map(({ name }) => name)).toEqual(['odd one', 'odd one', 'regions'])
  expect(refused.every(one => !('path' in one))).toBe(true)
  const { streams, output } = await loaded(hooks, `import { defineConfig, defineSource } from '${built}'`)
  expect(output).toBe('out-hooks')
  expect(
    streams.map(({ name, path, baseUrl, hooks: own = {} }) => [name, path, baseUrl, Object.keys(own)]),
  ).toEqual([
    ['acme.odd_one', '/odd one', expect.stringMatching(/^https:\/\/api\.acme\.example/), ['extract']],
    ['acme.odd_one_2', '/odd one', expect.any(String), ['extract']],
    ['acme.regions', '/regions/{part.id}', expect.any(String), ['partition']],
  ])
  const own = streams[0]?.hooks ?? {}
  expect(() => own.extract?.({} as never, {} as never)).toThrow(
    /^hooks\.extract of odd_one \(manifest\.yaml:\d+\) is to be written$/,
  )
}, 60_000)

test('nothing refused, no stubs; nothing converted, stubs at the address that the manifest has', async () => {
  expect(importManifest(manifestOf([streamOf()]), {}).hooks).toBeUndefined()
  const custom = { authenticator: { type: 'CustomAuthenticator', class_name: 'source_acme.Auth' } }
  const { hooks = '', pipeline } = importManifest(manifestOf([streamOf({ requester: custom })]), {
    name: 'acme',
  })
  expect(pipeline).toBeUndefined()
  const [stream] = (await loaded(hooks)).streams
  expect([stream?.baseUrl, Object.keys(stream?.hooks ?? {})]).toEqual([
    'https://api.acme.example/v1',
    ['authorize'],
  ])
})

test.each<[string, string, keyof StreamHooks]>([
  ['transformation', 'the type X has no counterpart', 'transform'],
  ['cursor', 'the cursor is calculated', 'paginate'],
  ['several parents', 'one after the other', 'partition'],
  ['format', 'XmlDecoder has no counterpart', 'extract'],
  ['body', 'the body is a text', 'authorize'],
])('%s: %s is for %s', async (about, detail, hook) => {
  const streams = [{ name: '', about, detail, line: 0 }]
  const text = hookStubs({
    file: 'm.yaml',
    name: 'acme',
    baseUrl: undefined,
    auth: { type: 'none' },
    streams,
  })
  const [stream] = (await loaded(text)).streams
  expect([stream?.name, stream?.baseUrl, stream?.auth]).toEqual([
    'acme.stream',
    'https://api.example.com',
    { type: 'none' },
  ])
  expect(Object.keys(stream?.hooks ?? {})).toEqual([hook])
})
