import { exactJson, isJsonNumber } from './exact-number.js'
import { compilePlace, compileWay } from '../references/index.js'

/** More of them are ids, not names. */
const mostNames = 100

/**
 * The names of the body and of each object on the way to its records; undefined where the records' place, or
 * one on the way, holds something that is no answer without records.
 */
export function namesReader(records: string): (body: unknown) => readonly string[] | undefined {
  const way = compileWay(records)
  const rowsAt = compilePlace(records)
  return body => {
    if (!isVoid(rowsAt(body)) && !Array.isArray(rowsAt(body))) return undefined
    const names = way.flatMap((at, depth) => {
      const value = at(body)
      return isVoid(value) ? [] : namesOf(value, depth)
    })
    return names.length > mostNames || names.includes(undefined) ? undefined : (names as string[])
  }
}

function namesOf(value: unknown, depth: number): (string | undefined)[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isJsonNumber(value))
    return [undefined]
  return Object.entries(value).map(([name, item]) => {
    const tells = name.length <= longestTelling && tellsHowItWent.test(name) && !isVoid(item)
    return `${depth}.${name}${tells ? `=${exactJson(item)?.slice(0, 100)}` : ''}`
  })
}

const longestTelling = 40
/** Where a page and an error have the same names, their values tell them apart: `{ code: 500, data: null }`. */
const tellsHowItWent =
  /^(?:.*code|.*status|.*message|.*msg|ok|.*success.*|.*succeeded|result|ret|reason|detail|title|.*err.*|.*fail.*)$/i

const wentWell =
  /^\d+\.(?:(?!.*(?:err|fail)).*="?true"?|.*(?:err|fail).*="?false"?|.*=(?:0|20\d|""|"(?:0+|20\d|ok|done|success\w*|succeeded)"))$/i
const wentWrong =
  /^\d+\.(?:(?:ok|success)="?false"?|.*(?:code|status)="?5\d\d"?|(?:.*status|result)="(?:error|fail\w*)")$/i

/** Whether one of the names has a value by which it went well, or by which it did not. */
export const tells = {
  nothing: (name: string): boolean => !name.includes('='),
  success: (name: string): boolean => wentWell.test(name),
  failure: (name: string): boolean => wentWrong.test(name),
}

/** PHP writes an empty object as `[]`, Lua an empty list as `{}`. */
function isVoid(value: unknown): boolean {
  // The keys of a list of records would be a list as long.
  if (Array.isArray(value)) return value.length === 0
  return (
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  )
}
