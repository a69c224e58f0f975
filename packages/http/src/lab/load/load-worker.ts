import { parentPort, workerData } from 'node:worker_threads'
import { LoadShare } from './load-share.js'
import type { SharePlan, ShareReport } from './load-share.js'
import type { IntervalReport } from './tally.js'

/** What the thread that started it tells. */
export type WorkerCommand = 'run' | 'stop'

/** What a thread of a load tells. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'interval'; readonly report: IntervalReport }
  | { readonly type: 'report'; readonly report: ShareReport }

const tell = (message: WorkerMessage): void => parentPort?.postMessage(message, [])

async function work(): Promise<void> {
  const share = new LoadShare(workerData as SharePlan, report => tell({ type: 'interval', report }))
  const started = new Promise<void>(resolve => {
    parentPort?.on('message', (command: WorkerCommand) => (command === 'run' ? resolve() : share.stop()))
  })
  await share.prepare()
  tell({ type: 'ready' })
  await started
  tell({ type: 'report', report: await share.run() })
  parentPort?.close()
}

void work()
