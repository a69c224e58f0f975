/**
 * The table of pagination kinds in docs/pipeline.md, from the kinds themselves (built: make build). With
 * `--check` it only says whether the table is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { paginationKinds, pipelineJsonSchema } from '../../packages/http/dist/acquisition/index.js'

const page = fileURLToPath(new URL('../../docs/pipeline.md', import.meta.url))
const common = new Set(['type', 'maxPages', 'hasMorePath', 'endWhen', 'onRepeatedPage'])
const { oneOf: schemas } = pipelineJsonSchema().properties.sources.items.anyOf[0].properties.pagination

/** `pageParam` (`page`) */
function keyText([key, { default: value }]) {
  if (value === undefined) return `\`${key}\``
  return `\`${key}\` (${typeof value === 'string' ? `\`${value}\`` : value})`
}

const rows = Object.values(paginationKinds).map(({ type, summary }, index) => {
  const own = Object.entries(schemas[index].properties).filter(([key]) => !common.has(key))
  return `| \`${type}\` | ${own.map(keyText).join(', ')} | ${summary} |`
})
const table = ['| `type` | keys (default) | the next page |', '|---|---|---|', ...rows].join('\n')
const before = readFileSync(page, 'utf8')
const after = before.replace(/^\| `type` \| keys \(default\)[^]*?(?=\n\n)/m, () => table)
if (after !== before) {
  console.log('docs/pipeline.md')
  if (process.argv.includes('--check')) process.exitCode = 1
  else writeFileSync(page, after)
}
