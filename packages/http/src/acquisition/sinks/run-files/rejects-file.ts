import { markNumbers } from '../../records/index.js'
import { replaceFile } from './replace-file.js'
import type { EndedRun, ResultFile } from './results.js'

/** `rejected.jsonl`: each record that could not be taken, by source, page and index. */
export const rejectsFile: ResultFile = ({ rejected }, run) => replaceFile(rejected, rejectedLines(run))

/**
 * `raw` is given as JSON where it is JSON, so that the file can be read without parsing twice; as a text where
 * JSON.parse would lose digits of it (`1e400`, `1.10`).
 */
async function* rejectedLines(run: EndedRun): AsyncGenerator<string> {
  for await (const { raw, position: _position, stream, ...row } of run.rejects('by-page')) {
    const line = JSON.stringify({ source: stream, ...row })
    yield `${line.slice(0, -1)},"raw":${isPlainJson(raw) ? raw : JSON.stringify(raw)}}\n`
  }
}

function isPlainJson(text: string): boolean {
  if (text.includes('\n') || markNumbers(text) !== text) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
