import type { Lines } from './lines.js'
import type { Component } from './component.js'

/** Why a stream is not converted. */
export interface Reason {
  /** The kind of reason, the same for all streams that it stops: `custom component`. */
  readonly about: string
  /** What exactly. */
  readonly detail: string
  /** In the manifest. */
  readonly line: number
  /** Settings whose values would help, by their paths in the manifest: `credentials.region`. */
  readonly settings?: readonly string[] | undefined
}

/** A stream, or something that it needs, cannot be converted. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly about: string
  readonly settings: readonly string[] | undefined
  /** Where it is known already. */
  readonly line: number | undefined

  constructor(
    about: string,
    detail: string,
    at: { line?: number | undefined; settings?: readonly string[] | undefined } = {},
  ) {
    super(detail)
    this.about = about
    this.settings = at.settings?.length === 0 ? undefined : at.settings
    this.line = at.line
  }
}

/** What `work` does; what it refuses gets the line of the component's key, unless it has one. */
export function refusingAt<T>(lines: Lines, component: Component, key: string | undefined, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Refusal) || error.line !== undefined) throw error
    const { about, message, settings } = error
    const line = lines.of(component, key)
    const detail = withTemplate(message, key === undefined ? undefined : component[key])
    throw new Refusal(about, detail, { line, ...(settings !== undefined && { settings }) })
  }
}

const SHOWN = 120

/** Shows the template that is meant. */
function withTemplate(message: string, value: unknown): string {
  if (typeof value !== 'string' || !/\{\{|\{%/.test(value) || message.includes('{{')) return message
  const text = value.replace(/\s+/g, ' ').trim()
  return `${message}: ${text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}...`}`
}

/** Undefined for what is refused. */
export function unlessRefused<T>(convert: () => T): T | undefined {
  try {
    return convert()
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
