import { isSecretHeader, isSecretName } from '../../secrets/index.js'
import { fieldKinds, idOf, sinceOf } from './field-proposals.js'
import { pagingOf } from './paging-proposal.js'
import type { Proposal } from './proposal.js'
import { isObject } from './proposal.js'
import { proposedText } from './proposed-text.js'
import { recordsOf } from './records-proposal.js'

/** One page of a source, as it was answered. */
export interface FetchedSample {
  /** With its query, as it was asked. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  /** As they are to stand in the file: a credential as `${NAME}`. */
  readonly sent: { readonly headers: Readonly<Record<string, string>>; readonly bearer?: string | undefined }
  /** The source's name. */
  readonly name: string
}

/** A proposed pipeline file. */
export interface ProposedPipeline {
  readonly pipeline: string
  /** What was proposed, line by line, with how sure that is. */
  readonly told: readonly string[]
  /** Names that the file takes from the environment. */
  readonly variables: readonly string[]
}

const PAGING =
  /^(?:page|cursor|offset|start|skip|\$skip|after|starting_after|page_?token|pageToken|startAt|page\[.*\])$/i

/**
 * Proposes a pipeline from one page: where its records are, what tells them apart, how the next page is found.
 * @throws RangeError when there is nothing on it to take records from.
 */
export function proposePage({ url, headers, body, sent, name }: FetchedSample): ProposedPipeline {
  const { origin, pathname, searchParams } = new URL(url)
  const found = recordsOf(body)
  if (found === undefined && !isObject(body))
    throw new RangeError('the page is neither a list nor an object of JSON: there are no records on it')
  const rows = found?.rows ?? (isObject(body) ? [body] : [])
  const single: Proposal<object> = {
    value: { path: '', shape: 'object' },
    sure: 'guess',
    why: 'no list: the page is one record',
  }
  const records: Proposal<unknown> = found?.path ?? single
  const id = idOf(rows)
  const paging = pagingOf({ body, headers, query: searchParams, rows: found?.rows ?? [] })
  const since = sinceOf(rows)
  const pages = JSON.stringify(paging.value)
  const query = queryOf(searchParams, name => PAGING.test(name) || pages.includes(`:${JSON.stringify(name)}`))
  const own = headersOf(sent.headers)
  const proposals = { records, id, pagination: paging }
  const keys = {
    path: pathname,
    ...(Object.keys(query).length > 0 && { query }),
    ...Object.fromEntries(Object.entries(proposals).map(([key, { value }]) => [key, value])),
  }
  const source = {
    name,
    baseUrl: origin,
    ...(sent.bearer !== undefined && { auth: { type: 'bearer', token: sent.bearer } }),
    ...(Object.keys(own).length > 0 && { headers: own }),
  }
  const notes = Object.fromEntries(Object.entries(proposals).map(([key, one]) => [key, sureText(one)]))
  const pipeline = proposedText({
    heading: [
      'Proposed from one page. What is not certain should be looked at:',
      'async-patterns acquire --sample 20 shows what comes of it.',
    ],
    source,
    notes: {},
    streams: [{ keys, notes, closing: closingOf(rows, since) }],
    closing: [],
  })
  const told = { ...proposals, ...(since !== undefined && { since }) }
  return {
    pipeline,
    told: Object.entries(told).map(([key, one]) => `${key} ${shown(one.value)}: ${sureText(one)}`),
    variables: variablesIn([source, query]),
  }
}

function closingOf(rows: Parameters<typeof fieldKinds>[0], since: Proposal<string> | undefined): string[] {
  return [
    ...(since === undefined
      ? []
      : [
          'To take what is new alone, with the parameter by which the API filters:',
          `  since: { field: ${since.value}, param: ??? }   (${sureText(since)})`,
        ]),
    ...(rows.length === 0
      ? []
      : ['Fields seen; all are kept as they are, and a mapping may give them types:']),
    ...fieldKinds(rows).map(field => `  ${field}`),
  ]
}

export function sureText({ sure, why }: Proposal<unknown>): string {
  return `${sure}: ${why}`
}

function shown(value: unknown): string {
  return typeof value === 'string' ? (value === '' ? '(the page itself)' : value) : JSON.stringify(value)
}

/** A credential becomes a variable; parameters of paging are the pagination's. */
function queryOf(
  params: URLSearchParams,
  isPaging: (name: string) => boolean,
): Record<string, string | string[]> {
  const names = [...new Set(params.keys())].filter(name => !isPaging(name))
  return Object.fromEntries(
    names.map(name => {
      const values = params.getAll(name).map(literal)
      if (isSecretName(name)) return [name, `\${${variableOf(name)}}`]
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}

/** A brace and a dollar sign mean something in the file. */
function literal(text: string): string {
  return text.replaceAll('{', '{{').replaceAll('${{', '$${{')
}

function headersOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      isSecretHeader(name) && !value.includes('${') ? `\${${variableOf(name)}}` : value,
    ]),
  )
}

export function variableOf(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/\W+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase()
}

function variablesIn(value: unknown): string[] {
  return [
    ...new Set(Array.from(JSON.stringify(value).matchAll(/\$\{([A-Za-z_]\w*)\}/g), match => match[1] ?? '')),
  ]
}
