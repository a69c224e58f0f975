import type { ProposedFromOpenApi } from '../../acquisition/index.js'
import { openApiIn, proposeOpenApi, proposePage } from '../../acquisition/index.js'
import { asGiven, UsageError } from '../usage-error.js'
import { fetchedOnce, pageHeaders } from './fetched-page.js'

/** How a proposal is asked for. */
export interface ProposeFlags {
  readonly header?: readonly string[] | undefined
  readonly bearer?: string | undefined
  readonly name?: string | undefined
}

/** What is to be written, and what to say of it. */
export interface Proposed {
  /** Undefined where there is nothing to write. */
  readonly pipeline: string | undefined
  readonly report: readonly string[]
}

export const isUrl = (text: string): boolean => /^https?:\/\//i.test(text)

/** A pipeline from one page of an API, or from the description that lies at the URL. */
export async function proposedFromUrl(text: string, flags: ProposeFlags): Promise<Proposed> {
  const url = checkedUrl(text)
  const given = pageHeaders(flags.header ?? [], flags.bearer)
  const { body, headers } = await fetchedOnce(url.href, given.sent)
  const page = new TextDecoder().decode(body)
  const name = flags.name ?? nameOfHost(url.hostname)
  const description = openApiIn(page)
  if (description !== undefined)
    return asGiven(() => fromOpenApi(proposeOpenApi(description, name, url.href)))
  const sent = { headers: given.written, bearer: given.bearer }
  const { pipeline, told, variables } = asGiven(() =>
    proposePage({ url: url.href, headers, body: parsed(page), sent, name }),
  )
  return {
    pipeline,
    report: ['Proposed from one page:', ...told.map(line => `  ${line}`), ...needs(variables)],
  }
}

/** A pipeline from an OpenAPI description; undefined for a text that is none. */
export function proposedFromText(text: string, name: string): Proposed | undefined {
  const description = openApiIn(text)
  return description && asGiven(() => fromOpenApi(proposeOpenApi(description, name)))
}

function fromOpenApi({ pipeline, streams, leftOut, variables }: ProposedFromOpenApi): Proposed {
  return {
    pipeline,
    report: [
      `${streams.length} streams: ${streams.join(', ')}`,
      ...(leftOut.length === 0 ? [] : ['', 'LEFT OUT']),
      ...leftOut.map(({ path, why }) => `${path}: ${why}`),
      ...needs(variables),
    ],
  }
}

function needs(variables: readonly string[]): string[] {
  return variables.length === 0 ? [] : ['', `It needs: ${variables.join(', ')}`]
}

function checkedUrl(text: string): URL {
  if (!URL.canParse(text)) throw new UsageError('the URL is none')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    throw new UsageError("the URL holds a user and password; use --header 'Authorization: ${NAME}' instead")
  return url
}

function nameOfHost(host: string): string {
  const words = host.split('.').filter(word => !['www', 'api'].includes(word))
  const name = (words.length > 1 ? words.at(-2) : words[0])?.replace(/[^a-z0-9-]+/gi, '-') ?? ''
  return /^[a-z]/i.test(name) ? name : 'source'
}

function parsed(page: string): unknown {
  try {
    return JSON.parse(page) as unknown
  } catch {
    throw new UsageError('the page is no JSON; only JSON is proposed for')
  }
}
