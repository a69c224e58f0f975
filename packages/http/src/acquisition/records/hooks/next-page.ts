import { isRecord } from '../is-record.js'
import { shown } from '../unreadable.js'
import { hookFailure } from './hook-failure.js'
import { jsonValue } from './plain-value.js'

const MAPS = ['query', 'headers', 'body'] as const
const TEXTS = ['path', 'url'] as const
const KEYS: readonly string[] = [...MAPS, ...TEXTS, 'state']

const ALLOWED = `undefined at the end, or an object with ${KEYS.join(', ')}`

/** What `paginate` returned as JSON; null at the end. @throws PageInvalidError for what says no page. */
export function checkedNext(next: unknown, stream: string): string | null {
  if (next === undefined || next === null) return null
  const refuse = (problem: string): Error => hookFailure('paginate', stream, `returned ${problem}`)
  if (!isRecord(next)) throw refuse(`${shown(next)}; allowed is ${ALLOWED}`)
  const unknown = Object.keys(next).find(key => !KEYS.includes(key))
  if (unknown !== undefined) throw refuse(`an unknown key ${unknown}; allowed are ${KEYS.join(', ')}`)
  for (const key of TEXTS) {
    const value = next[key]
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw refuse(`the ${key} ${shown(value)}; allowed is a text`)
  }
  if (next['url'] !== undefined && (next['query'] !== undefined || next['path'] !== undefined))
    throw refuse('a url with query or path; allowed is a whole url, or what is added to that of the stream')
  for (const key of MAPS) checkMap(key, next[key], refuse)
  return jsonText(next, refuse)
}

function checkMap(key: string, values: unknown, refuse: (problem: string) => Error): void {
  if (values === undefined) return
  if (!isRecord(values))
    throw refuse(`the ${key} ${shown(values)}; allowed is an object of texts and numbers`)
  const bad = Object.entries(values).find(([, value]) => typeof value !== 'string' && !Number.isFinite(value))
  if (bad !== undefined) throw refuse(`${key}.${bad[0]} ${shown(bad[1])}; allowed is a text or a number`)
}

/** It is stored with the page. */
function jsonText(next: object, refuse: (problem: string) => Error): string {
  try {
    return JSON.stringify(jsonValue(next))
  } catch (error) {
    throw refuse(`a state that has no JSON (${(error as Error).message})`)
  }
}
