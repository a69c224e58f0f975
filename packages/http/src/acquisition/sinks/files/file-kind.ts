import { join } from 'node:path'
import { parseSize } from '../../schema/index.js'
import { placeProblems } from '../place-template.js'
import type { SinkKind, SinkProblem } from '../sink.js'
import type { CompressionName } from './compressions.js'
import { compressionOf, compressionProblem, compressions } from './compressions.js'
import type { FileFormat } from './file-format.js'
import { FileSink } from './file-sink.js'

/** The options of a sink that writes files. */
export interface FileSinkOptions<T extends string = string> {
  readonly type: T
  /**
   * A name for each file, with `{stream}`, `{source}` and `{position}` (of its first record, so that names rise).
   * Default: `TYPE/{stream}/{position}.TYPE` in the output folder, and the ending of what packs it.
   */
  readonly path?: string | undefined
  /**
   * `append`: a delivery writes what is new or changed to new files. `replace`: all records as they stand, in place of
   * the files before. Default `append`.
   */
  readonly mode: 'append' | 'replace'
  readonly compress: CompressionName
  /** A file that has so much text is followed by another one, where its name has `{position}`. Default `256MiB`. */
  readonly maxSize: string
}

const NAMES = Object.keys(compressions) as [CompressionName, ...CompressionName[]]

/** A kind of sink that writes files of a format. */
export function fileKind<const T extends string>(
  type: T,
  summary: string,
  format: FileFormat,
): SinkKind<FileSinkOptions<T>> {
  return {
    type,
    summary,
    schema: ({ oneOf, size, text }) => ({
      path: text('a path such as data/{stream}/{position}.jsonl').optional(),
      mode: oneOf(['append', 'replace']).prefault('append'),
      compress: oneOf(NAMES).prefault('none'),
      maxSize: size(1, 'of 1B or more').prefault('256MiB'),
    }),
    problems: (options, streams) => problemsOf(options, streams),
    create: ({ name, path, mode, compress, maxSize }, output) => {
      const { extension } = compressionOf(compress)
      const file = `{stream}/{position}.${format.extension}${extension}`
      return new FileSink({
        name,
        format,
        mode,
        compress,
        template: path ?? join(output.replaceAll('{', '{{'), type, file),
        maxBytes: parseSize(maxSize),
      })
    },
  }
}

function problemsOf(
  { path, mode, compress }: FileSinkOptions,
  streams: Parameters<typeof placeProblems>[2]['streams'],
): SinkProblem[] {
  const packing = compressionProblem(compress)
  return [
    ...(packing === undefined ? [] : [{ option: 'compress', allowed: packing }]),
    ...(path === undefined ? [] : placeProblems('path', path, { streams, more: ['position'] })),
    ...(mode === 'append' && path !== undefined && !path.includes('{position}')
      ? [
          {
            option: 'path',
            allowed: 'one with {position}: each delivery writes new files (or mode: replace)',
          },
        ]
      : []),
  ]
}
