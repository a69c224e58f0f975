import { workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { systemClock } from 'async-patterns'
import { RequestRecord } from './request-result.js'
import type { RequestResult } from './request-result.js'
import type { Transport } from './transport.js'
import { UndiciTransport } from './undici-transport.js'

/** What the worker of a sync or threaded engine is given for its life. */
export interface FetchWorkerData {
  readonly timeoutMs: number
  readonly tasks: MessagePort
  /**
   * `[0]` counts heartbeats while it works, and is IDLE when it does not; `[1]` is 1 once it has ended by
   * itself.
   */
  readonly status: Int32Array
}

/** One run: all workers of a pool get the same, and take the URLs one by one. */
export interface FetchTask {
  readonly urls: readonly string[]
  /**
   * `[0]` is the next URL to be taken; `[1]` counts workers that are done, and is what a blocked thread waits
   * on.
   */
  readonly progress: Int32Array
}

/** What a worker did in a run: results with the places of their URLs. */
export type FetchReport = readonly (readonly [number, RequestResult])[]

/** What a worker tells: its report, or why it ends. */
export type FetchMessage = { readonly report: FetchReport } | { readonly lost: string }

const NEXT = 0
const DONE = 1
const HEARTBEATS = 0
const ENDED = 1
const IDLE = -1
/** Several times between two checks of a blocked thread. */
const HEARTBEAT_MS = 250

const { timeoutMs, tasks, status } = workerData as FetchWorkerData
const transport: Transport = new UndiciTransport({ maxConnections: 1, timeoutMs, reach: 'any' })
let current: FetchTask | undefined
let fault: unknown

async function fetchOne(url: string): Promise<RequestResult> {
  const record = new RequestRecord(url, systemClock)
  record.begin(1)
  try {
    const onDeparture = (connectMs?: number): void => record.depart(connectMs)
    return record.respond(await transport.send({ url, discardBody: true, onDeparture }))
  } catch (error) {
    return record.fail(error)
  }
}

async function work({ urls, progress }: FetchTask): Promise<FetchReport> {
  const report: [number, RequestResult][] = []
  for (let index = take(progress); index < urls.length; index = take(progress)) {
    report.push([index, await fetchOne(urls[index] ?? '')])
  }
  return report
}

function take(progress: Int32Array): number {
  return Atomics.add(progress, NEXT, 1)
}

/** The report is sent before the count goes up, so that a thread that sees the count finds the report. */
async function answer(task: FetchTask): Promise<void> {
  current = task
  const beat = (): void => void Atomics.add(status, HEARTBEATS, 1)
  beat()
  const heartbeat = setInterval(beat, HEARTBEAT_MS)
  const report = await work(task)
  clearInterval(heartbeat)
  Atomics.store(status, HEARTBEATS, IDLE)
  tell({ report })
  Atomics.add(task.progress, DONE, 1)
  Atomics.notify(task.progress, DONE)
}

/** A thread that waits blocked hears no event of ours: it finds this, and is woken. */
function end(code: number): void {
  const reason = fault instanceof Error ? `failed: ${fault.message}` : `ended with code ${code}`
  tell({ lost: `a worker thread ${reason}` })
  Atomics.store(status, ENDED, 1)
  if (current !== undefined) Atomics.notify(current.progress, DONE)
}

function tell(message: FetchMessage): void {
  tasks.postMessage(message, [])
}

process.on('uncaughtExceptionMonitor', error => {
  fault = error
})
process.on('exit', end)
tasks.on('message', (task: FetchTask) => void answer(task))
