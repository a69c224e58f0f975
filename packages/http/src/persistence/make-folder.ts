import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes the folder of a file, and those above it that are missing.
 * @throws as the file system does.
 */
export function makeFolderOf(file: string): void {
  const folder = dirname(file)
  makeMissing(folder)
  // It is there by now: this only throws when it is not a folder.
  mkdirSync(folder, { recursive: true })
}

/**
 * One by one: where a folder is there but the system answers ENOENT when one is to be made in it (Linux under
 * /proc), the recursive mkdir of Node 20 tries again for ever.
 */
function makeMissing(folder: string): void {
  if (existsSync(folder) || folder === dirname(folder)) return
  makeMissing(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Somebody else has just made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
