import { statSync } from 'node:fs'

/**
 * Remembers which file lies at the path now. What it returns says whether that one still lies there: an open
 * file can be written to long after it was removed, renamed or replaced, and nobody finds what it holds.
 */
export function sameFile(path: string): () => boolean {
  const before = statSync(path, { bigint: true, throwIfNoEntry: false })
  return () => {
    const now = statSync(path, { bigint: true, throwIfNoEntry: false })
    return now !== undefined && now.ino === before?.ino && now.dev === before.dev
  }
}
