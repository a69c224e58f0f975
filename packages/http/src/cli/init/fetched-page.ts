import { GatedTransport, proxyFromEnvironment, UndiciTransport } from '../../engines/index.js'
import type { TransportResponse } from '../../engines/index.js'
import { asGiven, UsageError } from '../usage-error.js'

/** What is sent with the one request: as it is written, and as it stands in the file. */
export interface PageHeaders {
  readonly sent: Readonly<Record<string, string>>
  readonly written: Readonly<Record<string, string>>
  /** As it stands in the file. */
  readonly bearer?: string | undefined
}

const VARIABLE = /\$\{([A-Za-z_]\w*)\}/g

/** `--header 'K: V'` and `--bearer '${TOKEN}'`. @throws UsageError for what is neither; values are not shown. */
export function pageHeaders(given: readonly string[], bearer: string | undefined): PageHeaders {
  if (bearer !== undefined && !/^\$\{[A-Za-z_]\w*\}$/.test(bearer))
    throw new UsageError("--bearer takes the name of an environment variable, such as '${TOKEN}'")
  const written = Object.fromEntries(given.map(headerIn))
  const all = { ...written, ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) }
  const sent = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, substituted(value)]))
  return { sent, written, bearer }
}

function headerIn(text: string): [string, string] {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*?)\s*$/.exec(text) ?? []
  if (name === undefined || value === undefined || value === '')
    throw new UsageError("--header needs the form 'Name: value', such as --header 'X-Api-Key: ${API_KEY}'")
  return [name, value]
}

function substituted(text: string): string {
  return text.replace(VARIABLE, (_, name: string) => {
    const value = process.env[name]
    if (value === undefined || value === '')
      throw new UsageError(`the environment variable ${name} is not set`)
    return value
  })
}

const TIMEOUT_MS = 30_000
const MAX_BYTES = 16 * 2 ** 20

/** One request, and no second: no redirect is followed, nothing is tried again. */
export async function fetchedOnce(url: string, headers: PageHeaders['sent']): Promise<TransportResponse> {
  const proxy = proxyFromEnvironment(url, process.env)
  const transport = asGiven(
    () =>
      new UndiciTransport({
        maxConnections: 1,
        timeoutMs: TIMEOUT_MS,
        reach: 'named',
        ...(proxy !== undefined && { proxy: proxy.url }),
      }),
  )
  await using _transport = transport
  const gated = new GatedTransport(transport, [new URL(url).origin])
  const response = await gated.send({
    url,
    headers: { accept: 'application/json', ...headers },
    maxBodyBytes: MAX_BYTES,
  })
  const { statusCode, headers: answered } = response
  if (statusCode >= 200 && statusCode < 300) return response
  const to =
    answered['location'] === undefined ? '' : `, which leads to ${answered['location'].slice(0, 200)}`
  throw new Error(`the server answered with ${statusCode}${to}; one page is needed, and nothing was written`)
}
