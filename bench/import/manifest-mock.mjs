/** Answers the requests of one manifest's streams as the service that the manifest describes would. */
import { HOLE } from './cdk-auth.mjs'
import { flat } from './cdk-stream.mjs'
import { encoded } from './bodies.mjs'
import { PyDate } from './datetimes.mjs'
import { keyOf, placesOf } from './incoming.mjs'
import { interruptionsOf } from './interruptions.mjs'
import { boundsIn, isLoose, misfit, patternOf, windowOf } from './patterns.mjs'
import { toJson } from './python.mjs'
import { Tokens } from './tokens.mjs'

export class ManifestMock {
  constructor(service, { interrupt = true } = {}) {
    this.service = service
    this.interrupt = interrupt
    this.tokens = new Tokens()
    this.firsts = new Map()
    this.follows = new Map()
    /** Requests that no stream would send, in words. */
    this.problems = []
    this.counts = { requests: 0, logins: 0, interruptions: 0 }
    for (const [name, view] of service.views) service.attempt(name, () => this.#prepare(view))
  }

  /** Patterns for all of a view's partitions, its parents' first. */
  #prepare(view) {
    if (view.prepared) return
    for (const parent of view.parents.values()) this.#prepare(parent)
    const slices = this.service.partitions(view)
    view.twins = new Map()
    for (const [index, slice] of slices.entries()) this.#prepareSlice(view, slice, index)
    view.prepared = true
    this.service.truth(view)
    if (slices.length > 0)
      view.endpoint.pages({ view, slice: slices[0], index: 0, address: 'https://mock.example.com/a?b=c' })
  }

  #prepareSlice(view, slice, index) {
    const pattern = patternOf(view.stream, slice)
    if (index === 0) view.endpoint.bounds = boundsIn(pattern)
    const key = [...pattern].map(([place, wanted]) => `${place} ${wanted.regex ?? wanted}`).join('\n')
    const twin = view.twins.get(key)
    if (twin !== undefined) return void view.endpoint.aliases.set(index, twin)
    view.twins.set(key, index)
    const auth = view.stream.request(
      { ...slice, window: view.stream.windows()[0] ?? {} },
      view.stream.firstToken(),
    ).auth
    const login = auth?.login && this.tokens.register(auth.login)
    const held = [...pattern].filter(([, text]) => typeof text === 'string' && text.includes(HOLE))
    for (const [place] of held) pattern.set(place, { any: true })
    allowStart(view.stream, slice, pattern)
    const host = pattern.get('host')
    const first = { view, slice, index, pattern, login, held }
    this.firsts.set(host, [...(this.firsts.get(host) ?? []), first])
    if (index === 0 && this.interrupt)
      view.endpoint.plan(interruptionsOf(view, this.service.partitions(view).length))
  }

  /** @param request `{ method, url, headers, body }`; header names in lower case */
  handle(request) {
    this.counts.requests += 1
    const places = placesOf(request)
    const given = this.tokens.answer(places)
    if (given !== undefined) return this.#login(given)
    const follow = this.#follow(places)
    if (follow !== undefined) return this.#serve(follow.dialogue, follow.page, places)
    return this.#first(request, places)
  }

  #login(given) {
    this.counts.logins += 1
    if (given.misfit === undefined) return json(200, given.body)
    this.problems.push(`login: ${given.misfit}`)
    return json(400, { error: 'invalid_request', message: given.misfit })
  }

  #follow(places) {
    const found = this.follows.get(keyOf(places)) ?? []
    return found.find(({ page }) =>
      [...page.headerPlaces].every(([place, text]) => places.get(place) === text),
    )
  }

  #first(request, places) {
    const near = []
    for (const first of this.firsts.get(places.get('host')) ?? []) {
      const bounds = []
      const reason = misfit(first.pattern, places, bounds)
      if (reason === undefined) return this.#open(first, bounds, request, places)
      if (!/^(host|path|method) /.test(reason)) near.push(`${first.view.stream.name}: ${reason}`)
    }
    const text = `${request.method} ${request.url}: ${near.slice(0, 3).join(' | ') || 'no stream asks there'}`
    this.problems.push(text)
    return json(400, { mock: 'unmatched', message: text })
  }

  #open(first, [from, to], request, places) {
    const { view, slice, index } = first
    const pages = view.endpoint.pages({ view, slice, index, from, to, address: request.url })
    const dialogue = { first, pages }
    this.#expect(dialogue, from, to, places)
    return this.#serve(dialogue, pages[0], places)
  }

  /** Remembers how the pages after the first are asked for: what differs by the token, put into what came. */
  #expect({ first, pages }, from, to, places) {
    const { stream } = first.view
    const window =
      stream.incremental === undefined
        ? {}
        : windowOf(stream, new PyDate(from ?? 0), new PyDate(to ?? this.service.environment.now() * 1000))
    const render = token => flat(stream.request({ ...first.slice, window }, token))
    const base = pages.length > 1 ? render(pages[0].token) : undefined
    pages[0].headerPlaces = []
    for (const page of pages.slice(1)) {
      const next = render(page.token)
      page.headerPlaces = [...next].filter(
        ([place, text]) => place.startsWith('header ') && !isLoose(place) && base.get(place) !== text,
      )
      this.#remember(keyOf(replaced(places, base, next)), { dialogue: { first, pages }, page })
      if (stream.paginator?.page_token_option?.type === 'RequestPath')
        this.#rememberUrl(page, { first, pages }, places)
    }
  }

  #remember(key, entry) {
    this.follows.set(key, [entry, ...(this.follows.get(key) ?? []).slice(0, 3)])
  }

  /** Where the token is a whole URL, a request for just that. */
  #rememberUrl(page, dialogue, places) {
    if (!/^https?:/.test(String(page.token))) return
    const own = placesOf({ method: places.get('method'), url: page.token, headers: {} })
    for (const [place, text] of places) if (/^(body|form|text)/.test(place)) own.set(place, text)
    this.#remember(keyOf(own), { dialogue, page })
  }

  #serve({ first }, page, places) {
    for (const [place, template] of heldPlaces(first)) {
      if (!first.login.accepts(template, places.get(place) ?? ''))
        return json(401, { error: 'invalid_token', message: 'the token is not valid' })
    }
    const answer = first.view.endpoint.interruption(first.index)
    if (answer !== undefined) {
      this.counts.interruptions += 1
      return answer
    }
    const { type, bytes } = encoded(page.body, first.view.stream.retriever.decoder)
    return { status: 200, headers: { 'content-type': type, ...page.headers }, bytes }
  }
}

/** A first page may be asked for by its number or offset too, where the CDK leaves it out: no service minds. */
function allowStart(stream, slice, pattern) {
  const {
    type,
    inject_on_first_request: inject,
    start_from_page: start = 0,
  } = stream.paginator?.pagination_strategy ?? {}
  const token = { PageIncrement: start, OffsetIncrement: 0, CursorPagination: 0 }[type]
  if (token === undefined || inject) return
  const at = { ...slice, window: stream.windows()[0] ?? {} }
  const [without, using] = [undefined, token].map(one => flat(stream.request(at, one)))
  for (const [place, text] of using) if (!without.has(place)) pattern.set(place, { optional: text })
}

const heldPlaces = ({ held, login }) => (login === undefined ? [] : held)

function replaced(places, base, next) {
  const result = new Map(places)
  for (const place of base.keys()) if (!next.has(place)) result.delete(place)
  for (const [place, text] of next) if (base.get(place) !== text) result.set(place, text)
  // An empty body has something in it then.
  if ([...result.keys()].some(place => place.startsWith('body.'))) result.delete('body')
  return result
}

function json(status, body, headers = {}) {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    bytes: Buffer.from(toJson(body)),
  }
}
