import { randomBytes } from 'node:crypto'
import { closeSync, fchmodSync, fstatSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** What is left behind may hold what a source served, so it is for its owner only. */
export const OWNER_ONLY = 0o600

/**
 * For a file that must not be there yet: no link that somebody has laid in its place is followed (`O_EXCL`).
 */
export const NEW_FILE = Object.freeze({ flag: 'wx', flags: 'wx', mode: OWNER_ONLY })

/** A name beside the file that nobody can foresee. */
export function temporaryBeside(file: string): string {
  return `${file}.${randomBytes(8).toString('hex')}.tmp`
}

/** Removes what killed processes have left of `temporaryBeside`. For files that one process writes at a time. */
export function removeTemporaries(file: string): void {
  const [folder, name] = [dirname(file), basename(file)]
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const isTemporary = entry.name.startsWith(`${name}.`) && /\.[\da-f]{16}\.tmp$/.test(entry.name)
    if (isTemporary && !entry.isDirectory()) rmSync(join(folder, entry.name), { force: true })
  }
}

/**
 * Sees to it that the file is there and for its owner only; a database makes its own files beside it alike.
 * @throws as the file system does, EISDIR for a folder too.
 */
export function makePrivate(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  // Opened and closed again, a pipe would be at its end.
  if (found !== undefined && !found.isFile() && !found.isDirectory()) return
  const descriptor = openSync(file, 'a', OWNER_ONLY)
  try {
    keepPrivate(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The same for an open file; a pipe or a device is left as it is. */
export function keepPrivate(descriptor: number): void {
  const found = fstatSync(descriptor)
  if (!found.isFile() || (found.mode & 0o077) === 0) return
  try {
    fchmodSync(descriptor, OWNER_ONLY)
  } catch (error) {
    // Somebody else's file that may be written all the same; or a file system without modes.
    if (!/^(?:EPERM|ENOTSUP|EINVAL)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
