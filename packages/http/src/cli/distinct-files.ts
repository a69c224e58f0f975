import { resolve } from 'node:path'
import { UsageError } from './usage-error.js'

/**
 * @throws UsageError when two flags name one and the same file: each would overwrite what the other has
 * written.
 */
export function checkDistinct(files: Readonly<Record<string, string | boolean | undefined>>): void {
  const known = new Map<string, string>()
  for (const [flag, file] of Object.entries(files)) {
    if (typeof file !== 'string') continue
    const path = resolve(file)
    const other = known.get(path)
    if (other !== undefined) throw new UsageError(`${other} and ${flag} name the same file, ${file}`)
    known.set(path, flag)
  }
}
