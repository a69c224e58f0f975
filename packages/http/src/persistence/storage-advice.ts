const ADVICE: readonly (readonly [prefix: string, advice: string])[] = [
  ['SQLITE_FULL', 'the disk is full'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EFBIG', 'the file has reached the size that the system allows it'],
  ['SQLITE_READONLY', 'it cannot be written: is the folder read-only?'],
  ['EROFS', 'it cannot be written: the file system is read-only'],
  ['EACCES', 'it cannot be written: permission is missing'],
  ['EPERM', 'it cannot be written: permission is missing'],
  ['SQLITE_CANTOPEN', 'it cannot be opened: does the folder exist, and may it be written?'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'its folder is not a folder'],
  // Also what a read-only file system says to mkdir.
  ['ENOENT', 'its folder is missing and cannot be made: is the file system read-only?'],
  ['EEXIST', 'its folder is not a folder'],
  ['SQLITE_BUSY', 'it is locked by another program'],
  ['SQLITE_LOCKED', 'it is locked by another program'],
  ['SQLITE_IOERR', 'the disk reports an error'],
  ['EIO', 'the disk reports an error'],
  ['SQLITE_CORRUPT', 'it is damaged'],
  ['SQLITE_NOTADB', 'it is not a SQLite database'],
]

/**
 * What an error of the file system or of SQLite means, in words, with its code; undefined for any other
 * error.
 */
export function storageAdvice(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  if (typeof code !== 'string') return undefined
  const found = ADVICE.find(([prefix]) => code.startsWith(prefix))
  return found && `${found[1]} (${code})`
}
