/** @throws TypeError when `value` is no plain JSON object. */
export function record(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} is ${JSON.stringify(value)}; allowed is an object`)
  }
  return value as Record<string, unknown>
}

/** @throws TypeError when `value` is no array. */
export function list(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} is ${JSON.stringify(value)}; allowed is a list`)
  return value
}

/** A misspelt key would silently change nothing. @throws TypeError naming the key and what is allowed. */
export function checkKeys(name: string, value: object, allowed: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (!allowed.includes(key)) {
      throw new TypeError(`${name}.${key} is unknown; allowed is one of ${allowed.join(', ')}`)
    }
  }
}
