/**
 * The known word that a mistyped one most likely means: a third of its letters differ, and three, at most.
 */
export function closest(word: string, known: readonly string[]): string | undefined {
  for (let edits = 0; edits < 4 && edits <= Math.max(1, word.length / 3); edits += 1) {
    const found = known.find(name => isWithin(edits, word.toLowerCase(), name.toLowerCase()))
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether so many letters put in, left out or replaced make `b` of `a` (Levenshtein's distance). */
function isWithin(edits: number, a: string, b: string): boolean {
  if (a === b) return true
  const restA = a.slice(1)
  const restB = b.slice(1)
  if (a[0] === b[0]) return isWithin(edits, restA, restB)
  const left = edits - 1
  return edits > 0 && (isWithin(left, restA, restB) || isWithin(left, restA, b) || isWithin(left, a, restB))
}
