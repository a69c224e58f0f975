/** What a rule asks of one header. All that it names must be so; without anything, the header must be there. */
export interface HeaderTest {
  /** In lower case. */
  readonly name: string
  readonly is?: string | undefined
  /** Default true. */
  readonly exists?: boolean | undefined
  /** A regular expression that finds something in it. */
  readonly matches?: string | undefined
}

type Headers = Readonly<Record<string, string>>

/** No expression is tried on more: its time is ours. */
const LONGEST_VALUE = 1_000

export function headerHolds({ name, is, exists = true, matches }: HeaderTest, headers: Headers): boolean {
  const value = headers[name]
  if (value === undefined || !exists) return (value !== undefined) === exists
  if (is !== undefined && value.trim() !== is) return false
  return matches === undefined || new RegExp(matches, 'u').test(value.slice(0, LONGEST_VALUE))
}
