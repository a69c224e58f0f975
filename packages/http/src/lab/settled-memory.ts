import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const MEBIBYTE = 1024 ** 2
const SAMPLES = 5

/**
 * The resident set of this process in MiB without what is garbage already: the median of five readings, each after a
 * forced collection. It stalls the event loop for some ten milliseconds.
 */
export function settledMemoryMb(): number {
  const collect = collector()
  const readings = Array.from({ length: SAMPLES }, () => {
    collect()
    return process.memoryUsage.rss() / MEBIBYTE
  })
  return readings.sort((a, b) => a - b)[Math.floor(SAMPLES / 2)] as number
}

/** There without `--expose-gc` on the command line: contexts that are made after the flag have it. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
