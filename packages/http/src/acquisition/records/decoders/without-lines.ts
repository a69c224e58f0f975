/** The text in pieces, without so many lines at its beginning. */
export function* withoutLines(pieces: Iterable<string>, count: number): Generator<string> {
  let left = count
  for (const piece of pieces) {
    let at = 0
    for (; left > 0; left -= 1) {
      const end = piece.indexOf('\n', at)
      if (end === -1) break
      at = end + 1
    }
    if (left === 0) yield piece.slice(at)
  }
}
