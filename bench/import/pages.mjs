/** The pages of one dialogue: how records are cut, and what each page says about the next. */
import { bodyWith, extract } from './bodies.mjs'
import { flat } from './cdk-stream.mjs'
import { keyOf } from './incoming.mjs'
import { decidingPaths, dressed, FAILED, findLast, findMore, namesInUrl, seenHeaders } from './envelope.mjs'
import { toJson } from './python.mjs'

/** Thrown where a stream's pagination cannot be served. */
export class Unservable extends Error {}

/**
 * `[{ token, body, headers, records }]`, each with the token by which it is asked for.
 * @param address where the dialogue begins: next URLs lead on from it
 */
export function pagesOf({
  stream,
  slice,
  records,
  samples,
  id,
  address,
  others = [],
  random,
  found,
  single = false,
}) {
  const strategy = stream.paginator?.pagination_strategy
  const path = stream.fieldPath()
  const base = index =>
    others.reduce(
      (body, { path, records }) => bodyWith(path, index === 0 ? records : [], { into: body }),
      undefined,
    )
  const make = (part, index = 0) => bodyWith(path, part, { into: base(index), single })
  const select = body => stream.select(extract(body, path), slice)
  if (strategy === undefined) return [{ token: undefined, body: make(records), headers: {}, records }]
  const isMute = !carriesToken(stream, slice)
  if (strategy.type !== 'CursorPagination') return counted({ stream, records, make, isMute })
  return new Cursor({
    stream,
    strategy,
    records,
    samples,
    id,
    address,
    make,
    select,
    random,
    found,
    path,
    single,
    isMute,
  }).pages()
}

/** Whether the token is sent anywhere: where it is not, every request is the first one again. */
export function carriesToken(stream, slice) {
  const shown = token => keyOf(flat(stream.request({ window: stream.windows()[0] ?? {}, ...slice }, token)))
  try {
    return shown(7) !== shown(8)
  } catch {
    return true
  }
}

/** Pages by number or offset: full ones, then a short or an empty one. */
function counted({ stream, records, make, isMute }) {
  const size = stream.pageSize()
  if (isMute)
    return [muted(stream, { token: stream.firstToken(), body: make(records), headers: {}, records }, size)]
  const step = size || Math.max(1, Math.ceil(records.length / 2))
  const pages = []
  let token = stream.firstToken()
  for (let at = 0; ; at += step) {
    const part = records.slice(at, at + step)
    pages.push({ token, body: make(part, pages.length), headers: {}, records: part })
    token = stream.nextToken({ count: part.length, token, records: part })
    if (token === undefined) break
  }
  // One page further a real service is still polite.
  const after =
    stream.paginator.pagination_strategy.type === 'OffsetIncrement'
      ? records.length + step
      : pages.length + (stream.paginator.pagination_strategy.start_from_page ?? 0)
  pages.push({ token: after, body: make([], pages.length), headers: {}, records: [], isBeyond: true })
  return pages
}

function muted(stream, page, size) {
  if (!size || page.records.length >= size)
    throw new Unservable('its pages never end: it sends its token nowhere')
  return page
}

class Cursor {
  constructor(parts) {
    Object.assign(this, parts)
    this.paths = decidingPaths(this.strategy, this.path)
    this.names = namesInUrl(this.strategy)
    this.byPath = this.stream.paginator.page_token_option?.type === 'RequestPath'
  }

  pages() {
    const plan = this.#plan()
    const parts = this.#parts(plan)
    const pages = []
    let token = this.stream.firstToken()
    for (const [index, part] of parts.entries()) {
      const assigned = index === parts.length - 1 ? plan.last : plan.more
      const { body, headers } = this.#answer(part, assigned, index)
      pages.push({ token, body, headers, records: part, made: extract(body, this.path) })
      token = this.#tokenOf({ body, headers })
      if (index < parts.length - 1 && (token === undefined || token === FAILED))
        throw new Unservable('a page that goes on does not')
    }
    if (token !== undefined) throw new Unservable('the last page does not end')
    return pages
  }

  /** How many records a page holds, and what its envelope says; the same for all dialogues of a stream. */
  #plan() {
    const key = `${toJson(this.strategy)} ${this.path.join('/')} ${this.single} ${this.isMute}`
    if (!this.found.has(key)) this.found.set(key, this.#find())
    const plan = this.found.get(key)
    if (plan === undefined) throw new Unservable('no answer makes its cursor go on and end')
    return plan
  }

  #find() {
    const size = this.stream.pageSize()
    const sample = (offset, count = 2) =>
      Array.from({ length: count }, (_, index) => this.samples[(index + offset) % this.samples.length])
    for (const count of this.isMute ? [] : [2, ...(size ? [size] : [])]) {
      const tokens = records => (assigned, index) =>
        this.#tokenOf(this.#answer(records(index), assigned, index))
      const more = this.#attempt(() =>
        findMore(
          this.paths,
          this.byPath,
          tokens(index => sample(index * count, count)),
        ),
      )
      if (more === undefined) continue
      for (const ending of [sample(3 * count, count), sample(0, 1), []]) {
        const last = this.#attempt(() =>
          findLast(
            this.paths,
            tokens(() => ending),
          ),
        )
        const short = ending.length === 1 && count > 1
        if (last !== undefined)
          return {
            more,
            last,
            count: count === 2 ? undefined : count,
            ends: ending.length === 0 ? 'empty' : short ? 'short' : 'any',
          }
      }
    }
    // Nothing makes it go on, but it can end: a service with a single page.
    const last = this.#attempt(() =>
      findLast(this.paths, assigned => this.#tokenOf(this.#answer(sample(0), assigned, 0))),
    )
    return last && { last, ends: 'once' }
  }

  #attempt(find) {
    try {
      return find()
    } catch {
      return undefined
    }
  }

  #parts({ count, ends }) {
    if (ends === 'once') return [this.records]
    const parts = []
    const single = this.single
    for (let at = 0; at < this.records.length; ) {
      const step = single ? 1 : (count ?? 1 + this.random.below(3))
      parts.push(this.records.slice(at, at + step))
      at += step
    }
    const isOpen =
      parts.length === 0 || ends === 'empty' || (ends === 'short' && parts.at(-1).length === count)
    return isOpen && !(parts.length > 0 && ends === 'any') ? [...parts, []] : parts
  }

  #answer(records, assigned, index) {
    const url = new URL(this.address)
    const before = [...url.searchParams].filter(
      ([name]) => !this.names.includes(name) && name !== 'mock_page',
    )
    const own = this.names.map(name => [name, String(this.id * 1000 + index + 1)])
    url.search = new URLSearchParams([...own, ...before, ['mock_page', `${this.id}-${index + 1}`]]).toString()
    return dressed(this.make(records, index), assigned, { id: this.id, index: index + 1, url: url.href })
  }

  #tokenOf({ body, headers }) {
    try {
      return this.stream.nextToken({
        body,
        headers: seenHeaders(headers),
        records: this.select(body),
        token: undefined,
      })
    } catch {
      // The CDK would fail: neither an end nor a way on.
      return FAILED
    }
  }
}
