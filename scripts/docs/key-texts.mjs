/** What a JSON Schema says of a key, in words for a table. */

/** Keys that have a table, or a recursion, of their own. */
const OWN = new Set(['pagination', 'auth', 'mapping', 'where'])

const PATTERNS = [
  [/ms\|s\|m\|h/, 'a duration'],
  [/KMG/, 'a size'],
  [/second\|minute/, '`N/day` (`hour`, `minute`, `second`)'],
  [/%\$$/, 'a share such as `5%`'],
]

/** The rows of a key, and of the keys inside it. */
export function keyRows(key, value) {
  const isOpen = value.properties !== undefined && !OWN.has(key)
  if (!isOpen) return [`| \`${key}\` | ${OWN.has(key) ? '' : valueText(value)} | ${defaultText(value)} |`]
  const inner = Object.entries(value.properties).flatMap(([name, one]) => keyRows(`${key}.${name}`, one))
  return [`| \`${key}\` |  |  |`, ...inner]
}

/** `pageParam` (`page`), ... */
export function keysText(entries) {
  return entries.map(([key, value]) => `\`${key}\`${bracketed(defaultText(value))}`).join(', ')
}

const bracketed = text => (text === '' ? '' : ` (${text})`)

function defaultText({ default: value }) {
  if (value === undefined || value === '' || typeof value === 'object') return ''
  return typeof value === 'string' ? `\`${value}\`` : String(value)
}

function valueText(value) {
  const variants = value.anyOf ?? value.oneOf
  if (variants !== undefined) return [...new Set(variants.map(valueText))].join(' or ')
  if (value.$ref !== undefined) return 'any value'
  if (value.const !== undefined) return `\`${value.const}\``
  if (value.enum !== undefined) return value.enum.map(one => `\`${one}\``).join(', ')
  if (value.type === 'array') return `a list of ${valueText(value.items).replaceAll('a text', 'texts')}`
  if (value.type === 'object') return objectText(value)
  if (value.type === 'boolean') return '`true`, `false`'
  if (value.type === 'string') return PATTERNS.find(([sign]) => sign.test(value.pattern))?.[1] ?? 'a text'
  if (value.type === 'integer' || value.type === 'number') return numberText(value)
  return Array.isArray(value.type) ? value.type.join(', ') : (value.type ?? 'any value')
}

function objectText({ properties, additionalProperties }) {
  if (properties === undefined) return `names, each with ${valueText(additionalProperties)}`
  return `\`{ ${Object.keys(properties).join(', ')} }\``
}

function numberText({ type, minimum, maximum }) {
  const what = type === 'integer' ? 'a whole number' : 'a number'
  if (minimum === undefined || Math.abs(minimum) === Number.MAX_SAFE_INTEGER) return what
  return maximum === Number.MAX_SAFE_INTEGER ? `${what} from ${minimum}` : `${what}, ${minimum} to ${maximum}`
}
