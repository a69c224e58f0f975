import { execFile } from 'node:child_process'
import type { ExecFileOptions } from 'node:child_process'

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end; an exit code other than 0 is a result, not an error. */
export function run(
  command: string,
  args: readonly string[],
  options: ExecFileOptions = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 64 * 2 ** 20, ...options }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code
      if (typeof code !== 'number') reject(new Error(`${command} did not end by itself: ${error?.message}`))
      else resolve({ code, stdout: String(stdout), stderr: String(stderr) })
    })
  })
}

/** Like `run`, for what must succeed: the error shows all that was printed. */
export async function succeed(
  command: string,
  args: readonly string[],
  options?: ExecFileOptions,
): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`)
  return stdout
}
