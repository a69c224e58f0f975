import { hash } from 'node:crypto'
import type { PageWindow, Partition } from '../../ledger/index.js'
import { LARGEST_RANK } from '../../ledger/index.js'
import { textOf } from '../../references/index.js'

const longestKey = 120
const plain = /^[\w .:@/+-]{1,60}$/

/**
 * What tells a partition from the others of its stream: `project.id=17,state=open`; a long one, or one with
 * signs that tell parts apart, by its digest. `names`: the references that its requests are made of.
 */
export function partitionKey(partition: Partition, names: ReadonlySet<string>): string {
  const told = Object.entries(partition).filter(([name]) => names.has(name))
  const texts = told.map(([name, json]) => `${name}=${valueKey(json)}`)
  return shortened(texts.join(','))
}

export function windowKey({ since, until }: PageWindow): string {
  return [since !== undefined && `since=${since}`, until !== undefined && `until=${until}`]
    .filter(text => text !== false)
    .join(',')
}

/** The same for the same key, so that pages stand in one order in every run. */
export function rankOf(key: string): number {
  return key === '' ? 0 : (Number.parseInt(hash('sha1', key, 'hex').slice(0, 8), 16) & LARGEST_RANK) >>> 0
}

function valueKey(json: string): string {
  const text = textOf(json)
  return plain.test(text) ? text : digest(json)
}

function shortened(text: string): string {
  return text.length <= longestKey ? text : digest(text)
}

function digest(text: string): string {
  return `sha256-${hash('sha256', text, 'base64url')}`
}
