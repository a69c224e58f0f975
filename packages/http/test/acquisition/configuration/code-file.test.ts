import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importPipeline } from '../../../src/acquisition/configuration/code-file.js'
import { defineSource } from '../../../src/acquisition/configuration/define-config.js'
import { ConfigError } from '../../../src/acquisition/configuration/config-error.js'
import { loadConfig } from '../../../src/acquisition/configuration/load-config.js'
import type { PipelineInput } from '../../../src/acquisition/configuration/pipeline-input.js'
import { pipelineJsonSchema } from '../../../src/acquisition/configuration/pipeline-input.js'
import { planIdentity } from '../../../src/acquisition/configuration/plan-identity.js'
import { usableConfig } from '../../../src/acquisition/configuration/define-config.js'
import { problems } from './config-rig.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'code-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(name: string, text: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

const environment = { KEY: 'k-0123456789' }

const CODE = `
export default {
  sources: [
    {
      name: 'acme',
      baseUrl: 'http://127.0.0.1:1',
      headers: { 'x-api-key': '\${KEY}' },
      id: 'id',
      hooks: { authorize: () => ({}), transform: record => record },
      streams: [
        { name: 'items', path: '/items', hooks: { paginate: () => undefined, transform: () => undefined } },
        { name: 'others', path: '/others' },
      ],
    },
    { name: 'plain', baseUrl: 'http://127.0.0.1:1', id: 'id' },
  ],
}
`

describe('a pipeline in code', () => {
  test('is the same as in a file: environment, flags, defaults, a name', async () => {
    const file = await written('acme.mjs', CODE)
    const loaded = await loadConfig(file, { environment, flags: { output: folder } })
    const { config, secrets } = loaded
    expect(config).toMatchObject({ name: 'acme', output: folder })
    expect(secrets.redact('x k-0123456789')).toBe('x [redacted]')
    const [items, others, plain] = config.streams
    expect(items?.pagination).toMatchObject({ type: 'hook', maxPages: 10_000 })
    expect(Object.keys(items?.hooks ?? {}).sort()).toEqual(['authorize', 'paginate', 'transform'])
    expect(Object.keys(others?.hooks ?? {}).sort()).toEqual(['authorize', 'transform'])
    expect(plain?.hooks).toBeUndefined()
    expect(plain?.hookModule).toBeUndefined()
    expect(items?.hookModule).toMatchObject({
      url: expect.stringMatching(/^file:.*acme\.mjs\?[\da-f]{16}$/),
      places: {
        authorize: ['sources', 0, 'hooks', 'authorize'],
        transform: ['sources', 0, 'streams', 0, 'hooks', 'transform'],
        paginate: ['sources', 0, 'streams', 0, 'hooks', 'paginate'],
      },
    })
    const lines = loaded.describe().split('\n')
    expect(lines.filter(line => line.includes('.hooks.'))).toEqual([
      expect.stringMatching(/^sources\[0\]\.hooks\.authorize: a function +# .*acme\.mjs$/),
      expect.stringMatching(/^sources\[0\]\.streams\[0\]\.hooks\.paginate: a function +# .*acme\.mjs$/),
      expect.stringMatching(/^sources\[0\]\.streams\[0\]\.hooks\.transform: a function +# .*acme\.mjs$/),
      expect.stringMatching(/^sources\[0\]\.hooks\.transform: a function +# .*acme\.mjs$/),
    ])
  })

  test('what is wrong in it is told as in a file', async () => {
    const file = await written(
      'wrong.mjs',
      `export default { sources: [{ name: 'acme', baseUrl: 'x', hooks: { sign: 1 } }] }`,
    )
    const error = await loadConfig(file, { environment }).catch((reason: unknown) => reason)
    expect((error as ConfigError).message.split('\n').sort()).toEqual([
      `${file}: sources[0].baseUrl is "x"; allowed is an http or https URL without query and credentials`,
      `${file}: sources[0].hooks.sign is an unknown key; allowed are authorize, paginate, extract, transform, partition`,
      expect.stringContaining(`${file}: sources[0].id is missing`),
    ])
  })

  test.each<[string, string | undefined, string]>([
    ['not there', undefined, 'it cannot be read: ENOENT'],
    ['broken', 'export default {', 'it cannot be imported: it threw: '],
    ['failing', 'throw new Error("no key")', 'it cannot be imported: it threw: no key (failing.mjs:1:7)'],
    ['empty', 'export const pipeline = {}', 'it has no pipeline as its default export'],
    ['odd', 'export default () => ({})', 'it has no pipeline as its default export'],
  ])('one that is %s is refused', async (name, text, problem) => {
    const file = text === undefined ? join(folder, `${name}.mjs`) : await written(`${name}.mjs`, text)
    const refused = loadConfig(file, { environment })
    await expect(refused).rejects.toBeInstanceOf(ConfigError)
    await expect(refused).rejects.toThrow(`${file}: ${problem}`)
  })

  test('what defineConfig finds in it is told as it is', async () => {
    const index = new URL('../../../dist/acquisition/index.js', import.meta.url).href
    const file = await written(
      'defined.mjs',
      `import { defineConfig } from '${index}'\nexport default defineConfig({ sources: [] })`,
    )
    await expect(loadConfig(file, { environment })).rejects.toThrow(
      /sources is .*allowed is a list of at least one source/,
    )
  })

  test('TypeScript needs a Node that takes types out', async () => {
    const file = await written('typed.ts', 'export default { sources: [] as object[] }')
    await expect(importPipeline(file, false)).rejects.toThrow(
      /typed\.ts: TypeScript needs Node 22\.18 or later, and this is \d+\.\d+\.\d+; use a newer Node, or compile it and run typed\.js$/,
    )
    await expect(importPipeline(join(folder, 'typed.mts'), false)).rejects.toThrow('run typed.mjs')
    expect((await importPipeline(file, true)).data).toEqual({ sources: [] })
  })

  test('a file that has changed is another one, in this process too', async () => {
    const first = await loadConfig(await written('same.mjs', CODE), { environment })
    const second = await loadConfig(await written('same.mjs', `${CODE}// changed`), { environment })
    const parts = ({ config, secrets }: typeof first) => planIdentity(config, secrets).parts
    const [before, after] = [parts(first), parts(second)]
    const changed = Object.keys(after).filter(key => after[key] !== before[key])
    // How requests are signed decides nothing of what is taken; the plain source has no hooks.
    expect(changed).toEqual(['acme.items.hooks', 'acme.others.hooks'])
  })
})

describe('hooks', () => {
  const source = (changes: object): PipelineInput => ({
    sources: [{ name: 'acme', baseUrl: 'http://127.0.0.1:1', path: '/x', id: 'id', ...changes }],
  })
  const wrong = (changes: object): string => {
    try {
      usableConfig(source(changes))
      return 'nothing is wrong'
    } catch (error) {
      return (error as Error).message
    }
  }
  const fn = () => undefined

  test('have to fit what is declared', () => {
    expect(wrong({ hooks: { paginate: fn }, pagination: { type: 'none' } })).toBe(
      'configuration: sources[0].pagination.type is "none"; allowed is hook, or no pagination at all, beside hooks.paginate',
    )
    expect(wrong({ hooks: { paginate: fn }, pagination: { type: 'hook', maxPages: 3 } })).toBe(
      'nothing is wrong',
    )
    expect(wrong({ pagination: { type: 'hook' } })).toContain(
      'allowed is hook only beside hooks.paginate, which',
    )
    expect(wrong({ for: { hook: 'partition', as: 'shop' }, path: '/{shop.id}' })).toContain(
      'allowed is hook only beside hooks.partition, which a pipeline in code has: pipeline.mjs',
    )
    expect(wrong({ hooks: { partition: fn } })).toContain(
      'it must be one { hook: partition, as: NAME } beside hooks.partition, alone or in a list',
    )
    expect(wrong({ hooks: { partition: fn }, for: { hook: 'partition', as: 'shop' } })).toBe(
      'configuration: sources[0].for is taken for each record of hooks.partition, and its requests do not refer to {shop.FIELD}',
    )
    expect(
      wrong({ hooks: { partition: fn }, for: { hook: 'partition', as: 'shop' }, path: '/{shop.id}' }),
    ).toBe('nothing is wrong')
    expect(wrong({ hooks: { extract: fn }, records: 'data' })).toBe(
      'configuration: sources[0].records is "data"; allowed is none beside hooks.extract',
    )
  })

  test('a file of YAML has none, and its schema knows none', () => {
    const text = `sources: [{ name: acme, baseUrl: 'http://127.0.0.1:1', id: id, hooks: { transform: upper } }]`
    expect(problems(text)).toEqual([
      'p.yaml:1:84: sources[0].hooks.transform is "upper"; allowed is a function, which only a pipeline in code has: pipeline.mjs',
    ])
    expect(JSON.stringify(pipelineJsonSchema())).not.toContain('"hooks"')
  })

  test('of a program count with their text to the plan', () => {
    const identity = (transform: (record: object) => object) => {
      const { config, secrets } = usableConfig(source({ hooks: { transform, authorize: fn } }))
      return planIdentity(config, secrets).parts['acme.hooks']
    }
    expect(identity(record => record)).toBe(identity(record => record))
    expect(identity(record => ({ ...record }))).not.toBe(identity(record => record))
    const { config, secrets } = usableConfig(source({ hooks: { authorize: fn } }))
    expect(planIdentity(config, secrets).parts).not.toHaveProperty('acme.hooks')
  })

  test('defineSource gives back what it is given', () => {
    const one = { name: 'acme', baseUrl: 'http://127.0.0.1:1', id: 'id' }
    expect(defineSource(one)).toBe(one)
  })
})
