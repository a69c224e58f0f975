import { hash } from 'node:crypto'
import type { PageWindow, Partition } from '../../ledger/index.js'
import { LARGEST_RANK, RANKS_OF_PARTITION } from '../../ledger/index.js'
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

/**
 * The same for the same keys, so that pages stand in one order in every run. `partition` decides the upper bits, by
 * which the ledger tells partitions apart; `prefix` has the window too.
 */
export function rankOf(partition: string, prefix: string): number {
  if (prefix === '') return 0
  const within = rankIn(prefix) % RANKS_OF_PARTITION
  return rankIn(partition) - (rankIn(partition) % RANKS_OF_PARTITION) + within
}

function rankIn(key: string): number {
  return (Number.parseInt(hash('sha1', key, 'hex').slice(0, 8), 16) & LARGEST_RANK) >>> 0
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
