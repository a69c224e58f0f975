import { storedJson } from '../exact-number.js'

/** A value of a page as code sees it: numbers that a double does not hold are texts. */
export function plainValue(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(storedJson(value))
}

/** What code gave back as JSON has it: dates as texts, without what is undefined. @throws TypeError for what has no JSON. */
export function jsonValue(value: unknown): unknown {
  const json = JSON.stringify(value) as string | undefined
  if (json === undefined) throw new TypeError(`a ${typeof value} has no JSON`)
  return JSON.parse(json)
}
