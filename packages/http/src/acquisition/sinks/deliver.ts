import { join } from 'node:path'
import type { Run } from '../ledger/index.js'
import type { ResultPaths, Summary } from '../../measurements/index.js'
import { sinkKinds } from './kinds.js'
import type { DeliveredRun, Sink } from './sink.js'

/** The paths of the results in an output folder. */
export function resultPaths(output: string): ResultPaths {
  return {
    ledger: join(output, 'acquire.db'),
    summary: join(output, 'summary.json'),
    rejected: join(output, 'rejected.jsonl'),
  }
}

/**
 * Delivers a run to its sinks, one after another, and tells the ledger when it has reached all of them. Sinks
 * that are handed in stay open; without any, every kind is made for the output folder, and closed.
 */
export async function deliver(
  run: Run,
  summary: Summary,
  injected: readonly Sink[] | undefined,
  paths: ResultPaths,
): Promise<void> {
  const delivered: DeliveredRun = {
    id: run.id,
    summary,
    streams: summary.sources.map(({ name }) => name),
    records: (stream, after) => run.records(stream, after),
    rejects: order => run.rejects(order),
    position: (sink, stream) => run.position(sink, stream),
    setPosition: (sink, stream, position) => run.setPosition(sink, stream, position),
  }
  for (const sink of injected ?? []) await sink.deliver(delivered)
  if (injected === undefined) {
    for (const kind of sinkKinds) {
      await using sink = kind.create(paths)
      await sink.deliver(delivered)
    }
  }
  await run.delivered()
}
