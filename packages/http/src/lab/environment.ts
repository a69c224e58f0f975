import { execFile } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { Environment } from '../measurements/index.js'

const run = promisify(execFile)

/** Where this process runs. */
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
