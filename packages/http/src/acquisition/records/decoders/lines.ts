/** A line of a body. */
export interface Line {
  /** From 1. */
  readonly number: number
  /** Without its line break; a CR before it is white space of the JSON. */
  readonly text: string
  /** It ended with a line break. */
  readonly isEnded: boolean
}

/** The lines of a text that comes in pieces. */
export function* linesOf(pieces: Iterable<string>): Generator<Line> {
  let rest = ''
  let number = 1
  for (const piece of pieces) {
    let from = 0
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      yield { number, text: rest + piece.slice(from, end), isEnded: true }
      number += 1
      rest = ''
      from = end + 1
    }
    rest += piece.slice(from)
  }
  if (rest !== '') yield { number, text: rest, isEnded: false }
}
