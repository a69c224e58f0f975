const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/** How sizes are written: `64MiB`, `500KB`. */
export const sizePattern = /^(\d+(?:\.\d+)?)([KMG]i?B|B)$/

/** Whole bytes. @throws RangeError for another form than `64MiB`, `500KB`. */
export function parseSize(text: string): number {
  const [, digits, unit] = sizePattern.exec(text) ?? []
  const factor = unitBytes[unit ?? '']
  if (digits === undefined || factor === undefined) {
    throw new RangeError(`the size is ${JSON.stringify(text)}; allowed is a size such as 500KB, 64MiB`)
  }
  return Math.round(Number(digits) * factor)
}
