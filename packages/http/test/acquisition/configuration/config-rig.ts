import { ConfigError } from '../../../src/acquisition/configuration/config-error.js'
import type { ConfigInputs, LoadedConfig } from '../../../src/acquisition/configuration/load-config.js'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'

/** The least that a pipeline file may say. */
export const minimal = `sources:
  - name: shop
    baseUrl: http://127.0.0.1:1
    pagination: { type: page, pageSize: 10 }
    mapping: { id: { path: id } }
`

/** Without the environment of the test run, unless one is given. */
export function load(text: string, inputs: ConfigInputs = {}): LoadedConfig {
  return parseConfig(text, 'p.yaml', { environment: {}, ...inputs })
}

/** All that is wrong with a file, a line each; none when it can be loaded. */
export function problems(text: string, inputs: ConfigInputs = {}): string[] {
  try {
    load(text, inputs)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n')
  }
}
