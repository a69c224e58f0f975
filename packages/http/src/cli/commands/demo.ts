import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { spawnMock } from '../../mock/index.js'
import { EXIT_CODES, loadPipeline, runOptions, runPipeline } from '../acquire/run-pipeline.js'
import type { RunFlags } from '../acquire/run-pipeline.js'
import { claimForDemo, DEMO_FOLDER } from '../demo/demo-folder.js'

/** Part of the package: a copy of `examples/shops.yaml` in the repository. */
const PIPELINE = fileURLToPath(new URL('../../../examples/shops.yaml', import.meta.url))

const HELP = `
It starts three mock shops on free ports of 127.0.0.1, with a 500 and a 429 in
each. It takes their records as "async-patterns acquire" does, at five requests
a second for each. The shops end with it. A demo replaces what an earlier demo
left in the folder, and nothing else. The pipeline file is
${PIPELINE}

${EXIT_CODES}`

/** `async-patterns demo`: a whole run that needs no file and no other server. */
export function demoCommand(): Command {
  const command = new Command('demo').description(
    'See a run that needs no file: three mock shops, with failures on the way.',
  )
  return runOptions(command, { output: DEMO_FOLDER })
    .addHelpText('after', HELP)
    .action(async (flags: RunFlags) => {
      process.exitCode = await run(flags)
    })
}

async function run(flags: RunFlags): Promise<number> {
  await using shops = await spawnMock('shops', ['--faults', 'example'])
  const urls = Object.entries(shops.urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])
  // The shops are on this machine, where no proxy leads to.
  const direct = { no_proxy: '*' }
  const environment = { PIPELINE_OUTPUT: DEMO_FOLDER, ...process.env, ...Object.fromEntries(urls), ...direct }
  const loaded = await loadPipeline(PIPELINE, flags, environment)
  claimForDemo(loaded.config.output)
  // The ports are new each time, so there is no earlier run to continue.
  return await runPipeline(loaded, flags, { fresh: true })
}
