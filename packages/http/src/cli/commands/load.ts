import { Command } from 'commander'
import { TransportError } from '../../engines/index.js'
import { loadPlan, measurementText, runLoad } from '../../lab/index.js'
import type { LoadOptions, LoadProgress } from '../../lab/index.js'
import { loadTable } from '../../measurements/index.js'
import type { LoadMeasurement } from '../../measurements/index.js'
import { WholeFile } from '../../persistence/index.js'
import { interruption } from '../interruption.js'
import { checkDistinct } from '../distinct-files.js'
import { EXIT } from '../exit-code.js'
import { asFlags, asRequestFlags, loadOptions } from '../load/load-flags.js'
import type { LoadFlags } from '../load/load-flags.js'
import { loadProgress } from '../load/load-progress.js'
import { print, printErrors } from '../print.js'
import { ProgressLine } from '../progress-line.js'
import { asGiven, UsageError } from '../usage-error.js'

const HELP = `
Without --rate it is a closed loop: each connection sends when its response has
come. With --rate it is an open loop: requests fall due whatever the server
does, and response time counts from then.

A URL without a scheme is http; a time without a unit is in seconds.

Exit codes: 0 done, 1 an objective was missed, no request succeeded or a file
could not be written, 2 usage, 130 interrupted, 4 not to be trusted: ports or
descriptors ran out, or the generator could not keep up with an open loop.`

/** `async-patterns load`: the load generator. */
export function loadCommand(): Command {
  const collect = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text]
  return new Command('load')
    .description('Load an HTTP server, measure it, and say whether the numbers can be trusted.')
    .argument('<url>', 'http, or https (slower: through undici)')
    .option('-c, --connections <n>', 'connections in all, each with one request at a time (default: 10)')
    .option(
      '-d, --duration <time>',
      'for how long requests are sent (default: 10s, or no limit with --requests)',
    )
    .option('-n, --requests <n>', 'how many requests are sent')
    .option('-r, --rate <n>', 'open loop: so many requests a second')
    .option('--arrivals <process>', 'of an open loop: constant or poisson (default: constant)')
    .option('--seed <n>', 'what --arrivals poisson follows from (default: 1)')
    .option('--ramp <time>', 'connections or rate grow to the full for so long, from the start (default: 0s)')
    .option('--warmup <time>', 'nothing is counted for so long, from the start (default: 0s)')
    .option('--method <method>', 'default: GET')
    .option('--header <name: value>', 'may be given several times', collect)
    .option('--body <text>', 'what is sent; @file for what a file holds')
    .option('--timeout <time>', 'for a response, a connection, and the wait for a free one (default: 10s)')
    .option('--workers <n>', 'threads that generate (default: 1)')
    .option(
      '--slo <objective>',
      'p99<50ms, mean<20ms, errors<1%, rate>=500; may be given several times',
      collect,
    )
    .option('--accept-status <list>', 'statuses that are no failure, such as 200-299,404 (default: 100-399)')
    .option('--insecure', 'https: do not check certificates')
    .option('--cacert <file>', 'https: trust the certificates in this PEM file too')
    .option('--json', 'print the measurement as one JSON object, as --output writes it')
    .option('--jsonl-out <file>', 'write every single result as a line of JSON')
    .option('--output <file>', 'write the measurement, with exact histograms that can be merged')
    .addHelpText('after', HELP)
    .action(async (url: string, flags: LoadFlags) => {
      process.exitCode = await run(url, flags)
    })
}

async function run(url: string, flags: LoadFlags): Promise<number> {
  const options = asGiven(() => loadOptions(url, flags))
  asGiven(() => loadPlan(options), asFlags)
  checkDistinct({ '--jsonl-out': flags.jsonlOut, '--output': flags.output })
  // Before the load: a file that cannot be written must not cost what was measured.
  using output = flags.output === undefined ? undefined : new WholeFile(flags.output)
  const measurement = await measured(options)
  const text = flags.json === true || output !== undefined ? await measurementText(measurement) : ''
  print(flags.json === true ? text.trimEnd() : loadTable(measurement))
  if (measurement.fileError !== undefined) printErrors([measurement.fileError])
  for (const { slo, actual, met } of measurement.slos) {
    if (!met && flags.json === true) console.error(`objective ${slo} missed: ${actual}`)
  }
  output?.write(text)
  return exitCode(measurement)
}

async function measured(options: LoadOptions): Promise<LoadMeasurement> {
  using interrupted = interruption()
  using line = process.stderr.isTTY ? new ProgressLine(process.stderr) : undefined
  try {
    const onProgress = (progress: LoadProgress): void => line?.show(loadProgress(progress))
    return await runLoad({ ...options, signal: interrupted.signal, onProgress })
  } catch (error) {
    if (error instanceof TransportError && error.code === 'BAD_REQUEST') {
      throw new UsageError(asRequestFlags(error.message))
    }
    throw error
  }
}

function exitCode({ result, slos, interrupted, plan, fileError }: LoadMeasurement): number {
  const { status } = result.verdict
  if (interrupted) return EXIT.interrupted
  if (fileError !== undefined) return EXIT.failed
  if (status === 'port-bound') return EXIT.untrusted
  if (status === 'generator-bound' && plan.ratePerSecond !== undefined) return EXIT.untrusted
  return result.requests.succeeded > 0 && slos.every(({ met }) => met) ? EXIT.ok : EXIT.failed
}
