/**
 * The tables of keys in docs/pipeline.md, from what the loader checks (built: make build): of pagination kinds,
 * of auth kinds, and of all other keys. With `--check` it only says whether they are out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { paginationKinds, pipelineJsonSchema, sinkKinds } from '../../packages/http/dist/acquisition/index.js'
import { keyRows, keysText } from './key-texts.mjs'

const page = fileURLToPath(new URL('../../docs/pipeline.md', import.meta.url))
const { $defs, ...short } = pipelineJsonSchema()
const schema = inPlace(short)
const { streams, ...source } = schema.properties.sources.items.anyOf[1].properties
const ofPages = new Set(['type', 'maxPages', 'hasMorePath', 'endWhen', 'onRepeatedPage'])

/** Which guide explains a key of a source or stream. */
const GUIDES = {
  'streams.md': ['path', 'query', 'headers', 'method', 'body', 'for'],
  'incremental.md': ['since', 'markDeleted'],
  'auth.md': ['auth', 'cookies'],
  'pagination.md': ['pagination', 'total'],
  'formats.md': ['format'],
  'records.md': ['records', 'lift', 'where', 'id', 'keep', 'drop', 'keys', 'flatten', 'add', 'contract'],
  'responses-and-budgets.md': ['responses', 'retryable', 'limits'],
  '#mapping': ['mapping'],
  '#how-a-source-is-reached': ['baseUrl', 'proxy', 'tls', 'allowPrivate'],
  '#requests-and-urls': ['redirects'],
  '#pages-that-are-errors': ['errorPath'],
  '#results-that-are-not-good-enough': ['quality'],
}
const guideOf = Object.fromEntries(
  Object.entries(GUIDES).flatMap(([guide, keys]) => keys.map(key => [key, guide])),
)

function guideText(key) {
  const guide = guideOf[key]
  if (guide === undefined) return ''
  return `[${guide.replace(/^#|\.md$/g, '').replaceAll('-', ' ')}](${guide})`
}

const paginationRows = Object.values(paginationKinds).map(({ type, summary }, index) => {
  const own = Object.entries(source.pagination.oneOf[index].properties).filter(([key]) => !ofPages.has(key))
  return `| \`${type}\` | ${keysText(own)} | ${summary} |`
})
const authRows = source.auth.oneOf.map(({ properties: { type, ...own } }) => {
  return `| \`${type.const}\` | ${keysText(Object.entries(own))} |`
})
const ofFile = Object.entries(schema.properties).filter(([key]) => key !== 'sources' && key !== 'sinks')
const ofSinks = new Set(['type', 'name', 'sources', 'deliver'])
const sinkRows = Object.values(sinkKinds).map(({ type, summary }) => {
  const kind = schema.properties.sinks.items.oneOf.find(({ properties }) => properties.type.const === type)
  const own = Object.entries(kind.properties).filter(([key]) => !ofSinks.has(key))
  return `| \`${type}\` | ${summary} | ${keysText(own)} |`
})
const fileRows = ofFile.flatMap(([key, value]) => keyRows(key, value))
const sourceRows = Object.entries(source).flatMap(([key, value]) => {
  const isOfSources = key in streams.items.properties ? '' : ', of sources alone'
  return keyRows(key, value).map(
    (row, index) => `${row} ${index === 0 ? guideText(key) + isOfSources : ''} |`,
  )
})

const tables = [
  ['| `type` | keys (default) | the next page |', '|---|---|---|', ...paginationRows],
  ['| auth | keys (default) |', '|---|---|', ...authRows],
  ['| sink | what it writes | keys (default) |', '|---|---|---|', ...sinkRows],
  ['| key of the file | value | default |', '|---|---|---|', ...fileRows],
  ['| key of a source or stream | value | default | explained in |', '|---|---|---|---|', ...sourceRows],
]
const before = readFileSync(page, 'utf8')
const after = tables.reduce((text, [head, ...rows]) => {
  const start = text.indexOf(`${head}\n`)
  if (start < 0) throw new Error(`docs/pipeline.md has no table that begins with ${head}`)
  return text.slice(0, start) + [head, ...rows].join('\n') + text.slice(text.indexOf('\n\n', start))
}, before)
if (after !== before) {
  console.log('docs/pipeline.md')
  if (process.argv.includes('--check')) process.exitCode = 1
  else writeFileSync(page, after)
}

/** A part of the schema with what its references name in their places; those without a name refer to themselves. */
function inPlace(part) {
  if (Array.isArray(part)) return part.map(inPlace)
  if (part === null || typeof part !== 'object') return part
  const name = part.$ref?.replace('#/$defs/', '')
  if (name !== undefined && !name.startsWith('__')) return inPlace($defs[name])
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, inPlace(value)]))
}
