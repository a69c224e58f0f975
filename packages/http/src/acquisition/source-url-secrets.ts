import type { SourceConfig } from './config.js'
import type { Secrets } from './secrets.js'
import { isSecretName } from './secrets.js'

/** Keeps the credentials of a source's query out of the ledger: they are taken from the URLs that it stores. */
export class SourceUrlSecrets {
  readonly #parameters: readonly (readonly [name: string, value: string])[]

  constructor(source: SourceConfig, secrets: Secrets) {
    this.#parameters = Object.entries(source.query).filter(
      ([name, value]) => isSecretName(name) || secrets.redact(value) !== value,
    )
  }

  /** The URL without the credentials. */
  seal(href: string): string {
    if (this.#parameters.length === 0) return href
    const url = new URL(href)
    for (const [name, value] of this.#parameters) {
      if (url.searchParams.get(name) === value) url.searchParams.delete(name)
    }
    return url.href
  }

  /** The URL with them, as it is sent. */
  open(href: string): string {
    if (this.#parameters.length === 0) return href
    const url = new URL(href)
    for (const [name, value] of this.#parameters) {
      if (!url.searchParams.has(name)) url.searchParams.set(name, value)
    }
    return url.href
  }
}
