import type { Writable } from 'node:stream'
import { changesInPortions } from '../changes-in-portions.js'
import { isGone } from '../sink.js'
import type { DeliveredStream, Delivery, Sink, SinkKind, StreamDelivered } from '../sink.js'
import type { MessageFormat } from './message-format.js'
import { ndjson } from './ndjson.js'
import { singer } from './singer.js'

const FORMATS = { ndjson, singer } as const

/** The options of a sink that writes to standard output. */
export interface StdoutSinkOptions {
  readonly type: 'stdout'
  /** `ndjson`: an object a line; `singer`: messages for a Singer target. Default `ndjson`. */
  readonly format: keyof typeof FORMATS
}

/** Lines on standard output. */
export const stdoutSink: SinkKind<StdoutSinkOptions> = {
  type: 'stdout',
  summary: 'JSON lines on standard output, or the messages that Singer targets read',
  schema: ({ oneOf }) => ({ format: oneOf(['ndjson', 'singer']).prefault('ndjson') }),
  create: ({ name, format }) => new StdoutSink(name, FORMATS[format], process.stdout),
}

/** What was written is taken for delivered when whoever reads it has taken it; a killed process writes it again. */
export class StdoutSink implements Sink {
  readonly name: string
  readonly #format: MessageFormat
  readonly #output: Writable

  constructor(name: string, format: MessageFormat, output: Writable) {
    this.name = name
    this.#format = format
    this.#output = output
  }

  async deliver(delivery: Delivery): Promise<readonly StreamDelivered[]> {
    const delivered: StreamDelivered[] = []
    for (const stream of delivery.streams) {
      delivered.push(await this.#deliverStream(stream, delivery))
      await this.#write(this.#format.end(delivery.ledgerId, delivered))
    }
    return delivered
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #deliverStream(stream: DeliveredStream, delivery: Delivery): Promise<StreamDelivered> {
    const { name } = stream
    const tally = { stream: name, records: 0, deleted: 0, position: await delivery.position(this.name, name) }
    let head = this.#format.head(stream)
    for await (const portion of changesInPortions(delivery, name, tally.position)) {
      await this.#write(head + portion.map(change => this.#format.line(change, stream, delivery.at)).join(''))
      head = ''
      const gone = portion.filter(isGone).length
      tally.deleted += gone
      tally.records += portion.length - gone
      tally.position = portion.at(-1)?.position ?? tally.position
      await delivery.setPosition(this.name, name, tally.position)
    }
    return tally
  }

  #write(text: string): Promise<void> {
    if (text === '') return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#output.write(text, error => (error ? reject(error) : resolve()))
    })
  }
}
