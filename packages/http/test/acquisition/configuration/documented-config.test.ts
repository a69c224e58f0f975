import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { authKinds } from '../../../src/acquisition/fetch/index.js'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'
import { pipelineJsonSchema } from '../../../src/acquisition/configuration/pipeline-input.js'
import { minimal } from './config-rig.js'
import { settings } from '../../../src/acquisition/configuration/settings.js'

const root = new URL('../../../../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const reference = read('docs/pipeline.md')
/** Guides whose snippets are whole files, and which explain keys of their own. */
const guides = [
  'docs/formats.md',
  'docs/incremental.md',
  'docs/records.md',
  'docs/responses-and-budgets.md',
  'docs/sinks.md',
  'docs/streams.md',
].map(name => [name, read(name)] as const)
const snippets = guides.flatMap(([name, text]) =>
  [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = ''], index) => [
    `${name} (${index + 1})`,
    yaml,
  ]),
)
const documented = /```yaml\n([\s\S]*?)```/.exec(reference)?.[1] ?? ''
const schema = JSON.parse(read('schemas/pipeline.schema.json')) as Record<string, unknown>
const accepts = new Ajv2020({ allowUnionTypes: true }).compile(schema)

/** Every variable that a file may ask for, set to something that fits. */
const environment = new Proxy<Record<string, string>>(
  {},
  {
    get: (_target, name) =>
      String(name).startsWith('PIPELINE_') ? undefined : `http://127.0.0.1/${String(name)}`,
  },
)
const authSnippets = [...read('docs/auth.md').matchAll(/```yaml\n([^]*?)```/g)].map(match => match[1] ?? '')
const files = readdirSync(new URL('examples/', root))
  .filter(name => name.endsWith('.yaml'))
  .map(name => `examples/${name}`)

describe('what documentation and examples say', () => {
  test.each([['docs/pipeline.md', documented], ...snippets, ...files.map(name => [name, read(name)])])(
    '%s loads',
    (name = '', text = '') => {
      expect(text).not.toBe('')
      expect(() => parseConfig(text, name, { environment })).not.toThrow()
    },
  )

  test.each([['docs/pipeline.md', documented], ...snippets, ...files.map(name => [name, read(name)])])(
    'the JSON Schema accepts %s',
    (_name, text = '') => {
      accepts(parse(text))
      expect(accepts.errors).toBeNull()
    },
  )

  test.each(authSnippets)('docs/auth.md: this loads, and the JSON Schema accepts it: %s', snippet => {
    const text = minimal + snippet.replace(/^(?=.)/gm, '    ')
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const rsa = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const keys = {
      SERVICE_ACCOUNT_PEM: rsa,
      CLIENT_PEM: ec.export({ type: 'sec1', format: 'pem' }).toString(),
    }
    const given = new Proxy(environment, {
      get: (all, name) => keys[name as keyof typeof keys] ?? all[String(name)],
    })
    expect(() => parseConfig(text, 'docs/auth.md', { environment: given })).not.toThrow()
    accepts(parse(text))
    expect(accepts.errors).toBeNull()
  })

  test('docs/auth.md shows every way to authorize', () => {
    for (const type of Object.keys(authKinds)) expect(read('docs/auth.md')).toContain(`type: ${type}`)
  })

  test('the JSON Schema refuses what the loader refuses', () => {
    const wrong = [
      documented.replace('pageSize: 100', 'pageSize: 0'),
      documented.replace('timeout: 60s', 'timeout: 60'),
      documented.replace('  - name: shop', '  - nmae: shop'),
      documented.replace('type: money', 'type: cash'),
      documented.replace('id: { path: id }', 'ID: { path: id }'),
    ]
    for (const text of wrong) {
      expect(text).not.toBe(documented)
      expect(accepts(parse(text))).toBe(false)
      expect(() => parseConfig(text, 'wrong', { environment })).toThrow()
    }
  })

  // UPDATE_SCHEMAS=1 npx vitest run <this file> && npx biome format --write schemas
  test('schemas/pipeline.schema.json is what the loader checks', () => {
    const checked = JSON.stringify(pipelineJsonSchema(), null, 2)
    if (process.env.UPDATE_SCHEMAS === '1')
      writeFileSync(new URL('schemas/pipeline.schema.json', root), `${checked}\n`)
    else expect(schema).toEqual(JSON.parse(checked))
  })

  test('the reference names every setting, and it or a guide every key', () => {
    for (const { key, variable, flag, defaultText } of settings) {
      expect(reference).toContain(
        `| \`${key}\` | \`${flag.split(' ')[0]}\` | \`${variable}\` | \`${defaultText}\` |`,
      )
    }
    const others = ['docs/auth.md', 'docs/pagination.md'].map(read)
    const [explained = ''] = reference.split('## All keys')
    const all = [explained, ...others, ...guides.map(([, text]) => text)].join('\n')
    for (const key of keysOf(schema)) expect(all).toMatch(new RegExp(`\\b${key}\\b`))
  })
})

/** All names under `properties`, at any depth. */
function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, item]) => [
    ...(name === 'properties' ? Object.keys(item as object) : []),
    ...keysOf(item),
  ])
}
