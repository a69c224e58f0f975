/** Statuses below this are answers; what is accepted beyond them is said by `acceptStatus`. */
export const DEFAULT_ACCEPTED = '100-399'

const STATUSES = 1_000

/**
 * Reads statuses and ranges such as `200-299,404`: 1 in the place of each status that is accepted. Looked up for
 * each response, so it is worked out once.
 * @throws RangeError that begins with `name` when the text is none.
 */
export function acceptedStatuses(name: string, text: string): Uint8Array {
  const accepted = new Uint8Array(STATUSES)
  for (const part of text.split(',')) {
    const [, from = '', to = from] = /^\s*([1-9]\d\d)(?:\s*-\s*([1-9]\d\d))?\s*$/.exec(part) ?? []
    if (from === '' || Number(from) > Number(to)) {
      throw new RangeError(
        `${name} is ${JSON.stringify(text)}; allowed is statuses and ranges of them, such as 200-299,404`,
      )
    }
    accepted.fill(1, Number(from), Number(to) + 1)
  }
  return accepted
}
