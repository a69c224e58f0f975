import { decodeText } from '../decoders/charset.js'
import type { Decoded } from '../decoders/format-kind.js'
import type { HookResponse, PagedResponse } from './reading-hooks.js'
import { plainValue } from './plain-value.js'

/** A response as hooks see it; what they do not ask for is not read. */
export class HookedResponse implements PagedResponse {
  readonly headers: HookResponse['headers']
  readonly bytes: Uint8Array
  readonly #decode: () => Decoded
  readonly #rows: readonly unknown[]
  #body: { readonly value: unknown } | undefined

  /** `rows`: those that are known already. */
  constructor(
    bytes: Uint8Array,
    headers: HookResponse['headers'],
    decode: () => Decoded,
    rows: readonly unknown[] = [],
  ) {
    this.#rows = rows
    this.bytes = bytes
    this.headers = headers
    this.#decode = decode
  }

  get text(): string {
    return decodeText(this.bytes, this.headers['content-type'])
  }

  get records(): readonly unknown[] {
    return this.#rows.map(plainValue)
  }

  /** @throws PageInvalidError for what is not of the stream's format. */
  get body(): unknown {
    if (this.#body === undefined) {
      const { body, rows } = this.#decode()
      this.#body = { value: plainValue(rows === undefined ? body : [...rows]) }
    }
    return this.#body.value
  }
}
