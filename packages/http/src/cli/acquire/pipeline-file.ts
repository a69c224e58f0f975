import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, parse } from 'node:path'
import { closest } from '../../acquisition/index.js'
import { isPath } from '../mistyped-command.js'
import { UsageError } from '../usage-error.js'

const DEFAULT_FILES = ['pipeline.yaml', 'config.yaml'] as const

/** Where a file is explained to whoever has none. */
const DOCUMENTATION = 'https://github.com/async-patterns/async-patterns/blob/main/docs/pipeline.md'

/**
 * The pipeline's file: the one that was given, else the first default that is in the working directory.
 * `subcommands` are what a word that names no file may have been meant for.
 * @throws UsageError when there is no such file. It names the file or subcommand that was probably meant.
 */
export function pipelineFile(given: string | undefined, subcommands: readonly string[]): string {
  if (given === undefined) return defaultFile()
  if (existsSync(given)) return given
  throw new UsageError(isPath(given) ? noSuchFile(given) : noSuchWord(given, subcommands))
}

function defaultFile(): string {
  const found = DEFAULT_FILES.find(name => existsSync(name))
  if (found !== undefined) return found
  throw new UsageError(
    `there is no ${DEFAULT_FILES.join(' and no ')} in this folder.\n` +
      'Name a pipeline file, or try "async-patterns demo", which needs none. How to write one:\n' +
      DOCUMENTATION,
  )
}

function noSuchWord(word: string, subcommands: readonly string[]): string {
  const problem = `acquire has no subcommand ${JSON.stringify(word)}, and there is no file of that name`
  const pipelines = pipelinesIn('.')
  const similar =
    pipelines.find(name => parse(name).name === word) ?? closest(word, [...subcommands, ...pipelines])
  const advice = similar === undefined ? 'run with --help for what is allowed' : `did you mean "${similar}"?`
  return `${problem}; ${advice}`
}

function noSuchFile(path: string): string {
  const folder = dirname(path)
  const similar = closest(basename(path), pipelinesIn(folder))
  const advice = similar === undefined ? '' : `; did you mean "${join(folder, similar)}"?`
  return `there is no file ${path}${advice}`
}

function pipelinesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter(name => /\.ya?ml$/.test(name)) : []
}
