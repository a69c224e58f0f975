import { execFile } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import { promisify } from 'node:util'

/** Where a measurement was made: numbers from different places do not compare. */
export interface Environment {
  readonly node: string
  readonly v8: string
  readonly platform: string
  readonly arch: string
  readonly kernel: string
  readonly cpu: string
  readonly cores: number
  readonly memoryMb: number
  /** Of the working directory; null outside a repository. */
  readonly gitRevision: string | null
  /** Whether files there differ from that revision; null outside a repository. */
  readonly gitDirty: boolean | null
}

const run = promisify(execFile)

export async function readEnvironment(): Promise<Environment> {
  const [gitRevision, changes] = await Promise.all([git('rev-parse', 'HEAD'), git('status', '--porcelain')])
  const processors = cpus()
  return {
    node: process.version,
    v8: process.versions.v8,
    platform: process.platform,
    arch: process.arch,
    kernel: release(),
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryMb: Math.round(totalmem() / 1024 ** 2),
    gitRevision,
    gitDirty: changes === null ? null : changes !== '',
  }
}

async function git(...args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await run('git', args)
    return stdout.trim()
  } catch {
    return null
  }
}
