import { AsyncPatternsError } from 'async-patterns'

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** In the file: `sources[0].limits.rate`. Empty for the file as a whole. */
  readonly path: string
  /** Where: `pipeline.yaml:12:7`, `PIPELINE_TIMEOUT` or `--timeout`. */
  readonly place: string
  readonly message: string
}

/** The configuration cannot be used; all that is wrong with it, not only the first. */
export class ConfigError extends AsyncPatternsError {
  readonly code = 'INVALID_CONFIG'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ place, message }) => `${place}: ${message}`).join('\n'))
    this.problems = problems
  }
}
