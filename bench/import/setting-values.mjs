/** A value as a user might give it for a setting, by what the specification says of it. */
export function settingValue(specification, setting) {
  const schema = schemaAt(specification, setting.split('.'))
  const known = schema?.default ?? schema?.const ?? schema?.enum?.[0] ?? exampleOf(schema)
  if (known !== undefined && known !== null)
    return typeof known === 'object' ? JSON.stringify(known) : String(known)
  const type = [schema?.type].flat().find(one => one !== 'null') ?? 'string'
  if (type === 'integer' || type === 'number') return String(schema.minimum ?? 10)
  if (type === 'boolean') return 'true'
  if (type === 'array') return 'one,two'
  if (type === 'object') return choice(schema) ?? '{}'
  if (schema?.format === 'date-time') return '2024-01-01T00:00:00Z'
  if (schema?.format === 'date' || /date|(?:^|_)(?:start|end)(?:_|$)/.test(setting)) return dateOf(schema)
  if (/(?:^|_)(?:days|size|limit|count)(?:_|$)/.test(setting)) return '10'
  if (/url|endpoint|host/.test(setting)) return 'https://x.example'
  return 'x1'
}

/** The first; not one that only shows the form, such as YYYY-MM-DD. */
function exampleOf({ examples: [first] = [], pattern = '' } = {}) {
  return typeof first === 'string' && !new RegExp(pattern).test(first) ? undefined : first
}

function dateOf({ pattern = '', description = '' } = {}) {
  if (/\bYYYYMMDD\b/.test(description)) return '20240101'
  return /T/.test(pattern) ? '2024-01-01T00:00:00Z' : '2024-01-01'
}

function choice() {
  return undefined
}

function schemaAt(specification, path) {
  let schema = specification
  for (const key of path) {
    const ways = schema?.oneOf ?? schema?.anyOf ?? []
    schema =
      schema?.properties?.[key] ?? ways.map(way => way.properties?.[key]).find(one => one !== undefined)
  }
  return schema
}
