import { ConfigObject } from './config-source.js'
import type { LoadedConfig } from './load-config.js'
import { readConfig } from './load-config.js'
import { configuredSecrets } from './configured-secrets.js'
import type { PipelineConfig } from './pipeline-config.js'
import type { PipelineInput, SourceInput } from './pipeline-input.js'

/**
 * A pipeline declared in a program: the same object, checked, so that an editor completes it and a mistake is
 * told where it is made.
 * @throws ConfigError with all that is wrong.
 */
export function defineConfig(input: PipelineInput): PipelineInput {
  readObject(input)
  return input
}

/** One source of a pipeline, as it is: so that an editor completes it wherever it is declared. */
export function defineSource(source: SourceInput): SourceInput {
  return source
}

/**
 * What a run goes by: a configuration that was read already, or one as it is written.
 * @throws ConfigError with all that is wrong; TypeError for what is no object, such as a file's name.
 */
export function usableConfig(
  config: PipelineInput | PipelineConfig,
): Pick<LoadedConfig, 'config' | 'secrets'> {
  if (typeof config !== 'object' || config === null) {
    const found = typeof config === 'string' ? JSON.stringify(config) : String(config)
    throw new TypeError(`config is ${found}; allowed is an object; loadConfig(file) gives that of a file`)
  }
  return 'graceMs' in config
    ? { config, secrets: configuredSecrets({ sources: config.streams }, []) }
    : readObject(config)
}

/** The environment gives `${NAME}` only: settings of a program are its own. */
function readObject(input: PipelineInput): LoadedConfig {
  return readConfig(new ConfigObject(input), new Map(), process.env)
}
