import { BufferedWriter } from './buffered-writer.js'
import { JsonlFile } from './jsonl-file.js'
import type { RecordWriterOptions } from './record-writer.js'
import type { StoredResult } from './stored-result.js'

/**
 * One record a line, as JSON (https://jsonlines.org). A line that a killed process left unfinished is healed when the
 * file is next opened to append. What is written outlives the process; a power cut may take what the operating system had not
 * yet put on the disk.
 */
export class JsonlWriter<T extends object = StoredResult> extends BufferedWriter<T> {
  /** @throws TypeError, RangeError that name the option; WriterError when the file cannot be opened. */
  constructor(options: RecordWriterOptions) {
    super('JsonlWriter', options, mode => new JsonlFile<T>(options.file, mode))
  }
}
