import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { resultPaths } from '../../acquisition/index.js'
import { WholeFile } from '../../persistence/index.js'
import { UsageError } from '../usage-error.js'

/** Where a demo leaves its results unless it is told otherwise: not where a pipeline leaves its own. */
export const DEMO_FOLDER = 'demo-out'

const MARKER = '.async-patterns-demo'
const TEXT = 'What `async-patterns demo` left in this folder: the next demo replaces it.\n'

/**
 * Marks the folder as one that demos may replace, for this one and those that follow.
 * @throws UsageError when it holds results and no demo has marked it; WriterError when it cannot be written.
 */
export function claimForDemo(folder: string): void {
  const marker = join(folder, MARKER)
  if (existsSync(marker)) return
  if (Object.values(resultPaths(folder)).some(path => existsSync(path))) {
    throw new UsageError(
      `${folder} holds the results of another pipeline; give --output another folder, or remove it`,
    )
  }
  using file = new WholeFile(marker)
  file.write(TEXT)
}

/** What the folder holds from now on is a user's own, so that no demo replaces it. */
export function keepFromDemos(folder: string): void {
  rmSync(join(folder, MARKER), { force: true })
}
