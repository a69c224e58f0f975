import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { acquired, QUICK, withLimits } from './acquire-rig.js'
import { repository } from './markdown.js'

/** What an example took: how the run ended, and each stream's records by their ids. */
export interface Taken {
  readonly status: string
  readonly records: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Runs `examples/NAME.yaml` as it is, but at the test's server in place of the hosts that it names. */
export async function runExample(
  name: string,
  at: { readonly url: string; readonly output: string; readonly environment?: Record<string, string> },
): Promise<Taken> {
  const written = await readFile(join(repository, 'examples', `${name}.yaml`), 'utf8')
  const text = written.replaceAll(/https:\/\/[^/\s]+/g, at.url)
  const { config } = parseConfig(text, `${name}.yaml`, {
    flags: { output: at.output },
    environment: at.environment ?? {},
  })
  const { summary } = await acquired(withLimits({ ...config, workers: 1 }, QUICK))
  return { status: summary.run.status, records: recordsOf(at.output) }
}

function recordsOf(output: string): Taken['records'] {
  const database = new Database(join(output, 'acquire.db'), { readonly: true })
  try {
    const rows = database
      .prepare<[], { stream: string; id: string; fields: string }>(
        'select stream, id, fields from records order by stream, id',
      )
      .all()
    const taken: Record<string, Record<string, unknown>> = {}
    for (const { stream, id, fields } of rows) (taken[stream] ??= {})[id] = JSON.parse(fields)
    return taken
  } finally {
    database.close()
  }
}
