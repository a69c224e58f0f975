import type { Database } from './open-database.js'

/** Up to where sinks have delivered streams. */
export function sinkPositions(database: Database) {
  const get = database
    .prepare<[string, string], number>('select position from sink_positions where sink = ? and stream = ?')
    .pluck()
  const set = database.prepare(
    'insert or replace into sink_positions (sink, stream, position) values (?, ?, ?)',
  )
  return {
    get: (sink: string, stream: string): number => get.get(sink, stream) ?? 0,
    set: (sink: string, stream: string, position: number): void => void set.run(sink, stream, position),
  }
}
