import { createRequire } from 'node:module'
import { pieces } from './verdict.js'
import type { SeenMessage, Verdict } from './verdict.js'

/** The little of WebAssembly that is used here; Node's own types leave it to those of the browser. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Buffer) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}
const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly

const require = createRequire(import.meta.url)

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  llhttp_alloc(type: number): number
  llhttp_free(parser: number): void
  llhttp_execute(parser: number, data: number, length: number): number
  llhttp_finish(parser: number): number
  llhttp_should_keep_alive(parser: number): number
  llhttp_get_upgrade(parser: number): number
  llhttp_get_error_reason(parser: number): number
  llhttp_get_error_pos(parser: number): number
  malloc(size: number): number
}

const RESPONSE = 2
const PAUSED_UPGRADE = 22
const SKIP_BODY = 1
const LARGEST_PIECE = 65_536

/** What llhttp makes of a connection; refused, why and at which byte of the piece. */
export interface LlhttpVerdict extends Verdict {
  readonly why: string
  readonly at: number
}

/** The llhttp build that undici carries, with all leniency off, driven in memory. */
export class Llhttp {
  readonly #exports: Exports
  readonly #data: number
  #messages: SeenMessage[] = []
  #status = 0
  #body = ''
  #noBody = false
  #upgrade = false

  constructor() {
    const module = new Module(require('undici/lib/llhttp/llhttp-wasm.js') as Buffer)
    const nothing = (): number => 0
    const env = {
      wasm_on_url: nothing,
      wasm_on_status: nothing,
      wasm_on_message_begin: nothing,
      wasm_on_header_field: nothing,
      wasm_on_header_value: nothing,
      wasm_on_headers_complete: (_: number, status: number, upgrade: number) => this.#onHead(status, upgrade),
      wasm_on_body: (_: number, at: number, length: number) => this.#onBody(at, length),
      wasm_on_message_complete: (parser: number) => this.#onMessage(parser),
    }
    this.#exports = new Instance(module, { env }).exports as Exports
    this.#data = this.#exports.malloc(LARGEST_PIECE)
  }

  /**
   * As undici drives it: no body after HEAD and interim responses; an upgrade that nobody asked for is
   * refused.
   */
  verdict(bytes: Buffer, cuts: readonly number[], noBody = false): LlhttpVerdict {
    this.#messages = []
    this.#body = ''
    this.#noBody = noBody
    this.#upgrade = false
    const parser = this.#exports.llhttp_alloc(RESPONSE)
    try {
      for (const piece of pieces(bytes, cuts)) {
        new Uint8Array(this.#exports.memory.buffer, this.#data, piece.length).set(piece)
        const code = this.#exports.llhttp_execute(parser, this.#data, piece.length)
        const at = this.#exports.llhttp_get_error_pos(parser) - this.#data
        if (code !== 0) return this.#ended('refused', this.#reason(parser), at)
        if (this.#upgrade) return this.#ended('refused', 'upgrade')
      }
      const ended = this.#exports.llhttp_finish(parser) === 0
      return this.#ended(ended && !this.#upgrade ? 'ok' : this.#upgrade ? 'refused' : 'truncated', '')
    } finally {
      this.#exports.llhttp_free(parser)
    }
  }

  #ended(end: Verdict['end'], why: string, at = 0): LlhttpVerdict {
    return { messages: this.#messages, end, why, at }
  }

  #onHead(status: number, upgrade: number): number {
    this.#status = status
    if (upgrade === 1) this.#upgrade = true
    return this.#noBody || status < 200 ? SKIP_BODY : 0
  }

  #onBody(at: number, length: number): number {
    this.#body += Buffer.from(this.#exports.memory.buffer, at, length).toString('latin1')
    return 0
  }

  #onMessage(parser: number): number {
    const keepAlive = this.#exports.llhttp_should_keep_alive(parser) === 1
    if (!this.#upgrade) this.#messages.push({ status: this.#status, keepAlive, body: this.#body })
    this.#body = ''
    return this.#upgrade ? PAUSED_UPGRADE : 0
  }

  #reason(parser: number): string {
    const at = this.#exports.llhttp_get_error_reason(parser)
    const memory = new Uint8Array(this.#exports.memory.buffer, at)
    return Buffer.from(memory.subarray(0, memory.indexOf(0))).toString()
  }
}
