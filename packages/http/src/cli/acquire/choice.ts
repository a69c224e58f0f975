import type { Command } from 'commander'
import type { LoadedConfig, PipelineConfig } from '../../acquisition/index.js'
import { leftBehind, selectStreams } from '../../acquisition/index.js'
import { asGiven, UsageError } from '../usage-error.js'
import { repeated } from './repeated.js'

/** Which streams a command is about. */
export interface ChoiceFlags {
  readonly source?: readonly string[]
  readonly stream?: readonly string[]
}

export function choiceOptions(command: Command): Command {
  return command
    .option('--source <name>', 'only the streams of this source; may be repeated', repeated)
    .option('--stream <name>', 'only this stream, and its parents; may be repeated', repeated)
}

/**
 * The pipeline of the chosen streams. Parents that are taken along are told on standard error.
 * @throws UsageError for a name that there is not.
 */
export function chosen({ config, secrets }: LoadedConfig, flags: ChoiceFlags): PipelineConfig {
  const choice = { sources: flags.source, streams: flags.stream }
  const { config: selected, alongside } = asGiven(() => selectStreams(config, choice, secrets))
  if (alongside.length > 0) console.error(`Taken along, as parents: ${alongside.join(', ')}`)
  return selected
}

/** @throws UsageError where what a run leaves out now would be left out by all later ones too. */
export function checkNothingLost(whole: PipelineConfig, selected: PipelineConfig): void {
  const [first] = leftBehind(whole, selected)
  if (first === undefined) return
  const [parent, missing] = first
  throw new UsageError(
    `${parent} has a since, which moves with the run: ${missing.join(', ')} would never be taken for what is ` +
      `new in it now. Name ${missing.length === 1 ? 'that stream' : 'those streams'} too, or use --sample`,
  )
}
