const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/**
 * Milliseconds of a duration as it is written in files and on command lines: a number and its unit
 * (`500ms`, `1.5s`, `1m`, `2h`). `name` is what the text belongs to, for the error.
 * @throws RangeError when the text is not a duration; a bare number is refused, since its unit would be unclear.
 */
export function parseDuration(name: string, text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim()) ?? []
  const factor = UNITS[unit ?? '']
  if (digits === undefined || factor === undefined) {
    throw new RangeError(`${name} is ${JSON.stringify(text)}; allowed is a duration such as 500ms, 5s or 1m`)
  }
  return Number(digits) * factor
}
