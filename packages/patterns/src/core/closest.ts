/** The known word that a mistyped one most likely means: at most a third of its letters differ. */
export function closest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let limit = Math.max(1, Math.floor(word.length / 3))
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance > limit || (distance === limit && best !== undefined)) continue
    best = candidate
    limit = distance
  }
  return best
}

/** Levenshtein's, row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
