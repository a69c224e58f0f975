import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { resultPaths } from '../../acquisition/index.js'
import { SHOP_NAMES, spawnMock } from '../../mock/index.js'
import { EXIT_CODES, loadPipeline, runOptions, runPipeline } from '../acquire/run-pipeline.js'
import type { RunFlags } from '../acquire/run-pipeline.js'
import { UsageError } from '../usage-error.js'

/** Part of the package: a copy of `examples/shops.yaml` in the repository. */
const PIPELINE = fileURLToPath(new URL('../../../examples/shops.yaml', import.meta.url))

const HELP = `
It starts three mock shops on free ports of 127.0.0.1, with a 500 and a 429 in each. It takes their records as
"async-patterns acquire" does, at five requests a second for each. The shops end with it. The pipeline file is
${PIPELINE}

${EXIT_CODES}`

/** `async-patterns demo`: a whole run that needs no file and no other server. */
export function demoCommand(): Command {
  const command = new Command('demo').description(
    'See a run that needs no file: three mock shops, with failures on the way.',
  )
  return runOptions(command)
    .addHelpText('after', HELP)
    .action(async (flags: RunFlags) => {
      process.exitCode = await run(flags)
    })
}

async function run(flags: RunFlags): Promise<number> {
  await using shops = await spawnMock('shops', ['--faults', 'example'])
  const urls = Object.entries(shops.urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])
  const loaded = await loadPipeline(PIPELINE, flags, { ...process.env, ...Object.fromEntries(urls) })
  spareOthers(loaded.config.output)
  // The ports are new each time, so there is no earlier run to continue.
  return await runPipeline(loaded, flags, { fresh: true })
}

/** @throws UsageError when the folder holds another pipeline's results: a demo must not put them aside. */
function spareOthers(output: string): void {
  const { summary } = resultPaths(output)
  if (!existsSync(summary) || sourcesIn(summary).every(name => SHOP_NAMES.some(shop => shop === name))) return
  throw new UsageError(`${output} holds the results of another pipeline; give --output another folder`)
}

/** The names of the sources in a summary; of a file that is none, its path, which is no shop's name. */
function sourcesIn(summary: string): string[] {
  try {
    const { sources } = JSON.parse(readFileSync(summary, 'utf8')) as { sources: { name: string }[] }
    return sources.map(({ name }) => name)
  } catch {
    return [summary]
  }
}
