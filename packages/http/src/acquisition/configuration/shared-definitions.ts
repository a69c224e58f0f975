type Schema = Readonly<Record<string, unknown>>
/** What stands in a schema, and under which key of `properties`, if under one. */
type Visit = (value: unknown, key?: string) => unknown

/** Shorter ones are easier read in their places. */
const LEAST_LENGTH = 200

/**
 * The JSON Schema with what several keys have alike written once, under `$defs`, by the name of the first of
 * these keys. It allows what it allowed.
 */
export function withSharedDefinitions(schema: Schema): Schema {
  const counts = countsOf(schema)
  const names = new Map<string, string>()
  const definitions: Record<string, unknown> = {}

  const short: Visit = (value, key) => {
    const text = key === undefined ? '' : JSON.stringify(value)
    if (key === undefined || text.length < LEAST_LENGTH || counts.get(text) === 1) return parts(value, short)
    const name = names.get(text) ?? freeName(key, definitions)
    if (!names.has(text)) {
      names.set(text, name)
      definitions[name] = null // the name is taken while its parts are looked at
      definitions[name] = parts(value, short)
    }
    return { $ref: `#/$defs/${name}` }
  }

  const { $defs, ...own } = short(schema) as Schema
  return { ...own, $defs: { ...($defs as Schema | undefined), ...definitions } }
}

/** How often the value of a key stands in the schema, by its text. */
function countsOf(schema: Schema): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const count: Visit = (value, key) => {
    if (key !== undefined) {
      const text = JSON.stringify(value)
      counts.set(text, (counts.get(text) ?? 0) + 1)
    }
    return parts(value, count)
  }
  count(schema)
  return counts
}

function parts(value: unknown, visit: Visit): unknown {
  if (Array.isArray(value)) return value.map(item => visit(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === 'properties' ? ofKeys(item as Schema, visit) : visit(item),
    ]),
  )
}

function ofKeys(properties: Schema, visit: Visit): Schema {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, visit(value, key)]))
}

function freeName(key: string, taken: Schema): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? key : `${key}${number}`
    if (!Object.hasOwn(taken, name)) return name
  }
}
