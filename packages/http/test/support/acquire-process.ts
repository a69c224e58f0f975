import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Shops } from '../../src/mock/index.js'

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const untilStep = fileURLToPath(new URL('acquire-until.mjs', import.meta.url))
const example = fileURLToPath(new URL('../../../../examples/shops.yaml', import.meta.url))

/** `async-patterns acquire examples/shops.yaml` from the built package, in a process of its own. */
export class AcquireProcess implements AsyncDisposable {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly #exited: Promise<unknown>

  /**
   * `killedAt`: the step at which it ends itself, as `acquire-until.mjs` takes it. `stdout`: a file that
   * takes its standard output.
   */
  constructor(
    shops: Pick<Shops, 'urls'>,
    args: readonly string[],
    { killedAt, stdout }: { readonly killedAt?: readonly string[]; readonly stdout?: number } = {},
  ) {
    const { northwind, kaufhaus, mercado } = shops.urls
    const program = killedAt === undefined ? [command] : [untilStep, ...killedAt]
    this.child = spawn(process.execPath, [...program, 'acquire', example, ...args], {
      env: { ...process.env, NORTHWIND_URL: northwind, KAUFHAUS_URL: kaufhaus, MERCADO_URL: mercado },
      stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    })
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString()
    })
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString()
    })
    this.#exited = once(this.child, 'close')
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  /** The exit code; null when it was killed. */
  async exit(): Promise<number | null> {
    await this.#exited
    return this.child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.hasExited) this.child.kill('SIGKILL')
    await this.#exited
  }
}
