/** Takes a stream as the manifest says, as plainly as can be: the mock's own proof. */
import { decoded, extract } from './bodies.mjs'
import { HOLE } from './cdk-auth.mjs'
import { seenHeaders } from './envelope.mjs'
import { str, toJson } from './python.mjs'

const MOST_PAGES = 60

export class ReferenceClient {
  /** @param send `({ method, url, headers, body }) => { status, headers, bytes }` */
  constructor(service, send) {
    Object.assign(this, { service, send, tokens: new Map() })
  }

  /** All raw records of a view that pass its filters, with their transformations: as the truth lists them. */
  read(view) {
    const { stream } = view
    const found = []
    for (const slice of this.service.partitions(view)) {
      for (const window of stream.windows()) found.push(...this.#slice(view, { ...slice, window }))
    }
    return found
  }

  #slice(view, slice) {
    const { stream } = view
    const found = []
    let token = stream.firstToken()
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = this.#ask(stream, stream.request(slice, token))
      if (answer === undefined) return found
      const body = decoded(answer.bytes, stream.retriever.decoder)
      const raw = stream.retriever.decoder?.type === 'CsvDecoder' ? [] : extract(body, stream.fieldPath())
      const records = stream.select(raw, slice)
      found.push(...this.#kept(view, records, raw))
      token = stream.nextToken({
        body,
        headers: seenHeaders(answer.headers),
        records,
        count: raw.length,
        token,
      })
      if (token === undefined) return found
    }
    throw new Error(`more than ${MOST_PAGES} pages`)
  }

  #kept(view, records) {
    if (!view.stream.incremental?.is_client_side_incremental) return records
    const { cursor } = view.endpoint.maker(view)
    return records.filter(record => {
      const date = view.endpoint.dateOf(view, record)
      return date === undefined || date.us >= cursor.start.us
    })
  }

  #ask(stream, request) {
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const answer = this.send(this.#filled(request))
      if (answer.status === 200) return answer
      if (answer.status === 401 && request.auth?.login) this.tokens.delete(keyOf(request.auth.login))
      else if (attempt > 2) return this.#given(answer)
    }
    throw new Error('asked too often')
  }

  /** After several tries: left out where the manifest says so. */
  #given(answer) {
    if (answer.bytes.includes('"mock":"unmatched"')) throw new Error(answer.bytes.toString())
    return undefined
  }

  #filled(request) {
    const token = request.auth?.login && this.#token(request.auth.login)
    const fill = value => (typeof value === 'string' ? value.replace(HOLE, () => token) : value)
    const address = new URL(request.url)
    for (const [key, value] of request.query) address.searchParams.append(key, fill(value))
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([key, value]) => [key.toLowerCase(), fill(str(value))]),
    )
    return { method: request.method, url: address.href, ...bodyOf(request, headers, fill) }
  }

  #token(login) {
    const key = keyOf(login)
    if (!this.tokens.has(key)) this.tokens.set(key, this.#login(login))
    return this.tokens.get(key)
  }

  #login({ request, made, answer, kind }) {
    const asked = made ?? { ...request, query: [], form: request.body, headers: request.headers ?? {} }
    const refresh = this.refreshed
    if (refresh && kind === 'oauth' && answer.refreshName in (asked.form ?? {}))
      asked.form[answer.refreshName] = refresh
    const sent = this.send(this.#filled({ ...asked, auth: made?.auth }))
    if (sent.status !== 200) throw new Error(`login: ${sent.bytes}`)
    const body = decoded(sent.bytes)
    if (answer.refreshPath) this.refreshed = answer.refreshPath.reduce((node, one) => node[one], body)
    return answer.tokenPath.reduce((node, one) => node[one], body)
  }
}

const keyOf = ({ request, made }) =>
  toJson(
    request
      ? { ...request, body: { ...request.body, refresh_token: 0 } }
      : { url: made.url, json: made.json },
  )

function bodyOf({ json, form, text }, headers, fill) {
  if (json !== undefined)
    return {
      headers: { ...headers, 'content-type': 'application/json' },
      body: Buffer.from(fill(toJson(json))),
    }
  if (text !== undefined)
    return { headers: { 'content-type': 'text/plain', ...headers }, body: Buffer.from(text) }
  if (form === undefined) return { headers }
  const pairs = Object.entries(form).flatMap(([key, value]) =>
    [value].flat().map(one => [key, fill(str(one))]),
  )
  return {
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(new URLSearchParams(pairs).toString()),
  }
}
