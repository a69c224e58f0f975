const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
const unitBytes = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const

/** How durations are written: `500ms`, `5s`, `1.5m`. */
export const durationPattern = /^\d+(?:\.\d+)?(?:ms|s|m|h)$/
/** How sizes are written: `64MiB`, `500KB`. */
export const sizePattern = /^\d+(?:\.\d+)?(?:B|KB|MB|GB|KiB|MiB|GiB)$/

/** Milliseconds. @throws TypeError for another form than `500ms`, `5s`, `1m`, `2h`. */
export function parseDuration(text: string): number {
  return parse(text, durationPattern, unitMs, '500ms, 5s, 1m')
}

/** Bytes. @throws TypeError for another form than `64MiB`, `500KB`. */
export function parseSize(text: string): number {
  return parse(text, sizePattern, unitBytes, '64MiB, 500KB')
}

function parse(
  text: string,
  pattern: RegExp,
  units: Readonly<Record<string, number>>,
  examples: string,
): number {
  const unit = /[A-Za-z]+$/.exec(text)?.[0] ?? ''
  const factor = units[unit]
  if (!pattern.test(text) || factor === undefined) {
    throw new TypeError(`${JSON.stringify(text)} has no such form as ${examples}`)
  }
  return Math.round(Number.parseFloat(text) * factor)
}
