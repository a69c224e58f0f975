import { type MessagePort, workerData } from 'node:worker_threads'
import { systemClock } from 'async-patterns'
import { RequestRecord, type RequestResult } from './request-result.js'
import type { Transport } from './transport.js'
import { UndiciTransport } from './undici-transport.js'

/** What the worker of a sync or threaded engine is given for its life. */
export interface FetchWorkerData {
  readonly timeoutMs: number
  readonly tasks: MessagePort
}

/** One run: all workers of a crew get the same, and take the URLs one by one. */
export interface FetchTask {
  readonly urls: readonly string[]
  /** `[0]` is the next URL to be taken; `[1]` counts workers that are done, and is what a blocked thread waits on. */
  readonly progress: Int32Array
}

/** What a worker did in a run: results with the places of their URLs. */
export type FetchReport = readonly (readonly [number, RequestResult])[]

const NEXT = 0
const DONE = 1

async function fetchOne(transport: Transport, url: string): Promise<RequestResult> {
  const record = new RequestRecord(url, systemClock.now(), systemClock.wallNow())
  record.begin(1, systemClock.now())
  try {
    const response = await transport.send({ url, discardBody: true })
    return record.respond(response, systemClock.now())
  } catch (error) {
    return record.fail(error, systemClock.now())
  }
}

async function work({ urls, progress }: FetchTask, transport: Transport): Promise<FetchReport> {
  const report: [number, RequestResult][] = []
  for (let index = take(progress); index < urls.length; index = take(progress)) {
    report.push([index, await fetchOne(transport, urls[index] ?? '')])
  }
  return report
}

function take(progress: Int32Array): number {
  return Atomics.add(progress, NEXT, 1)
}

/** The report is sent before the count goes up, so that a thread that sees the count finds the report. */
async function answer(task: FetchTask, transport: Transport, tasks: MessagePort): Promise<void> {
  const report = await work(task, transport).catch(() => [])
  tasks.postMessage(report, [])
  Atomics.add(task.progress, DONE, 1)
  Atomics.notify(task.progress, DONE)
}

const { timeoutMs, tasks } = workerData as FetchWorkerData
const transport = new UndiciTransport({ maxConnections: 1, timeoutMs })
tasks.on('message', (task: FetchTask) => void answer(task, transport, tasks))
