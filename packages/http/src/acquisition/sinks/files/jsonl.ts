import { recordObject } from '../record-object.js'
import { fileKind } from './file-kind.js'

/** JSON lines in files. */
export const jsonlSink = fileKind('jsonl', 'files of JSON objects, one a line', {
  extension: 'jsonl',
  head: () => '',
  line: change => `${JSON.stringify(recordObject(change))}\n`,
})
