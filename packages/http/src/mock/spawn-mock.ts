import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ShopName } from './shops/shop.js'

/** Which mock, and the URLs that it says it listens on, by name. */
export interface MockUrls {
  readonly shops: Readonly<Record<ShopName, string>>
  readonly http: { readonly http: string }
}

/**
 * A mock server in a process of its own. Whoever spawned it closes it; it also ends when its parent does,
 * however that ends.
 */
export interface SpawnedMock<K extends keyof MockUrls> extends AsyncDisposable {
  readonly urls: MockUrls[K]
  readonly pid: number
  /** Resolves when the process has ended. May be called again. */
  close(): Promise<void>
}

/** The command may be slow to start on a busy machine; beyond this it is taken to be stuck. */
const START_TIMEOUT_MS = 20_000
const STOP_TIMEOUT_MS = 5_000

/**
 * Runs `async-patterns mock <kind> --port 0 ...args` from the built package and waits until it listens.
 * `args` may name other ports: a later `--port` wins. Rejects when the command ends before that.
 */
export async function spawnMock<K extends keyof MockUrls>(
  kind: K,
  args: readonly string[] = [],
): Promise<SpawnedMock<K>> {
  const child = spawn(process.execPath, [commandPath(), 'mock', kind, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // A process group of its own: Ctrl-C is for whoever uses the mock, and must not take it away under its
    // requests.
    detached: true,
  })
  const closed = once(child, 'exit')
  const close = async (): Promise<void> => {
    child.kill('SIGTERM')
    const stuck = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await closed
    clearTimeout(stuck)
  }
  try {
    const ready = JSON.parse(await readyLine(child)) as { urls: MockUrls[K] }
    return { urls: ready.urls, pid: child.pid ?? 0, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Found through the package's own name, so that the sources find the built command too. */
function commandPath(): string {
  const manifest = createRequire(import.meta.url).resolve('@async-patterns/http/package.json')
  return join(dirname(manifest), 'dist', 'cli', 'main.js')
}

async function readyLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const given = new AbortController()
  const { signal } = given
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS)
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the mock ended with code ${String(code)} before it was ready`)
  })
  try {
    const line = once(lines, 'line', { signal: AbortSignal.any([signal, timeout]) })
    const [text] = (await Promise.race([line, ended])) as [string]
    return text
  } finally {
    given.abort()
    lines.close()
    ended.catch(() => {})
    letGo(child)
  }
}

/**
 * What the child prints later must not fill the pipe; and a child that nobody closed must not hold this
 * process.
 */
function letGo(child: ChildProcess): void {
  const stdout = child.stdout as Socket
  stdout.resume()
  stdout.unref()
  child.channel?.unref()
  child.unref()
}
