import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'

interface Compression {
  /** Behind the file's own ending. */
  readonly extension: string
  /** Undefined where nothing is done. */
  readonly create: (() => Transform) | undefined
}

/** From Node 22.15. */
const createZstd = (zlib as { createZstdCompress?: () => Transform }).createZstdCompress

/** How a file may be packed. */
export const compressions = {
  none: { extension: '', create: undefined },
  gzip: { extension: '.gz', create: () => zlib.createGzip() },
  zstd: { extension: '.zst', create: createZstd },
} as const satisfies Record<string, Compression>

export type CompressionName = keyof typeof compressions

export function compressionOf(name: CompressionName): Compression {
  return compressions[name]
}

/** Why it cannot be had here. */
export function compressionProblem(name: CompressionName): string | undefined {
  return name === 'zstd' && createZstd === undefined
    ? `none or gzip: Node ${process.version} has no zstd, from 22.15 on it does`
    : undefined
}
