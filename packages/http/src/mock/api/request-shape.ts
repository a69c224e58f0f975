import type { StreamConfig } from '../../acquisition/index.js'
import type { AskedRequest } from './asked-request.js'
import { headerOf, Mismatch } from './asked-request.js'
import { isObject } from './path-steps.js'
import { Remaining } from './placed-values.js'
import { isComputed, placesOf, rootsOf } from './stream-needs.js'
import type { Captured, TemplateText } from './template-text.js'
import { captured, merged, onlyReference, quoted, referencesOf, templateText } from './template-text.js'

/** A request that is one of a stream's. */
export interface Recognised {
  readonly values: Captured
  readonly remaining: Remaining
}

type Declared = StreamConfig['query'][string]

/** References that may have no value, so that what holds nothing else is left out. */
const OPTIONAL = new Set(['since', 'until', 'pagination.cursor', 'pagination.url'])
const ACCEPTED = { json: 'json', ndjson: 'ndjson', csv: 'csv', tsv: 'tab-separated' } as const

/** What a stream's requests have to look like: all that its keys declare, and nothing else. */
export class RequestShape {
  readonly #stream: StreamConfig
  readonly #roots: ReadonlySet<string>
  readonly #path: TemplateText
  readonly #pattern: RegExp
  readonly #pathQuery: readonly (readonly [string, string])[]

  constructor(stream: StreamConfig) {
    this.#stream = stream
    this.#roots = rootsOf(stream)
    const [path = '', ...query] = isComputed(stream.path) ? [] : stream.path.split('?')
    const bare = path.replace(/^\/+/, '')
    this.#path = this.#template(bare === '' ? '' : `/${bare}`)
    this.#pathQuery = [...new URLSearchParams(query.join('?'))]
    const source = this.#path.pieces.map((piece, index) =>
      index % 2 === 1 ? '([^/]*)' : quoted(asPath(piece)),
    )
    const hasSuffix = placesOf(stream).some(place => typeof place === 'object' && 'path' in place)
    // What is computed may be anything.
    const end = isComputed(stream.path) ? '.*()' : hasSuffix ? '(.*)' : '()'
    this.#pattern = new RegExp(`^${source.join('')}${end}$`)
  }

  /** Whether the path is one of the stream's, so that what else is wrong is told of it. */
  isAt(path: string): boolean {
    return this.#pathIn(path) !== undefined
  }

  /** The stream's own values are taken out. @throws Mismatch naming what is otherwise than declared. */
  recognise(request: AskedRequest): Recognised {
    const { body, method = body === undefined ? 'GET' : 'POST' } = this.#stream
    const place = this.#pathIn(request.path)
    if (place === undefined) throw new Mismatch(`${request.path} is no path of ${this.#stream.name}`, 404)
    if (request.method !== method)
      throw new Mismatch(`the method is ${request.method}; declared is ${method}`, 405)
    this.#checkAccept(request)
    const type = body === undefined ? undefined : 'form' in body ? 'form' : 'text' in body ? 'text' : 'json'
    const remaining = new Remaining(request, type)
    remaining.suffix = place.suffix
    const parts = [place.values, this.#query(remaining), this.#headers(request)]
    return { values: together(parts), remaining }
  }

  /** What is left has to be the body as it is declared. @throws Mismatch */
  body(remaining: Remaining): Captured {
    const { body } = this.#stream
    if (body === undefined) return this.#noBody(remaining)
    if ('form' in body) return this.#form(remaining, body.form)
    if ('text' in body) return matched(this.#template(body.text), remaining.body, 'the body')
    if ('json' in body) return this.#json(body.json, remaining.body, 'the body')
    const { query, variables = {} } = body.graphql
    const sent = remaining.body
    if (!isObject(sent) || sent['query'] !== query)
      throw new Mismatch('the query of the body is not the one that is declared')
    return this.#json(variables, sent['variables'], 'variables')
  }

  #noBody({ body }: Remaining): Captured {
    if (body !== '') throw new Mismatch(`there is a body; none is declared: ${JSON.stringify(body)}`)
    return new Map()
  }

  #template(text: string): TemplateText {
    return templateText(text, this.#roots)
  }

  /** What stands in the path, and what follows it. */
  #pathIn(path: string): { readonly values: Captured; readonly suffix: string } | undefined {
    const [, ...found] = this.#pattern.exec(path) ?? []
    const suffix = found.pop()
    if (suffix === undefined) return undefined
    const texts = referencesOf(this.#path).map(
      (name, index) => [name, decodeURIComponent(found[index] ?? '')] as const,
    )
    const { path: written } = this.#stream
    const own = isComputed(written) ? [computed(written, decodeURIComponent(path))] : []
    return { values: together([...own, ...texts.map(one => new Map([one]))]), suffix }
  }

  #query(remaining: Remaining): Captured {
    const written = this.#pathQuery.filter(([name]) => !Object.hasOwn(this.#stream.query, name))
    const declared = [...written, ...Object.entries(this.#stream.query)]
    return together(
      declared.map(([name, value]) => this.#listed(`the parameter ${name}`, value, remaining.takeAll(name))),
    )
  }

  /** One text, or several under the same name; a reference to a list may become several, too. */
  #listed(what: string, declared: Declared, sent: readonly string[]): Captured {
    if (isComputed(declared)) return computed(declared, sent.length > 1 ? sent : sent[0])
    const templates = [declared].flat().map(text => this.#template(text))
    const [only] = templates
    const reference = only === undefined || templates.length > 1 ? undefined : onlyReference(only)
    if (reference !== undefined && sent.length !== 1) {
      if (sent.length === 0 && !OPTIONAL.has(reference)) throw new Mismatch(`${what} is missing`)
      return new Map(sent.length === 0 ? [] : [[reference, sent]])
    }
    if (sent.length !== templates.length)
      throw new Mismatch(`${what} is there ${sent.length} times; declared are ${templates.length}`)
    return together(templates.map((template, index) => matched(template, sent[index], what)))
  }

  #headers(request: AskedRequest): Captured {
    const declared = Object.entries(this.#stream.headers)
    return together(
      declared.map(([name, text]) => {
        const sent = headerOf(request, name)
        if (typeof text !== 'string') return computed(text, sent)
        const template = this.#template(text)
        if (sent === undefined && referencesOf(template).some(one => OPTIONAL.has(one))) return new Map()
        return matched(template, sent, `the header ${name}`)
      }),
    )
  }

  #form(remaining: Remaining, form: Readonly<Record<string, Declared>>): Captured {
    const found = Object.entries(form).map(([name, value]) =>
      this.#listed(`the field ${name}`, value, remaining.takeField(name)),
    )
    const [extra] = remaining.body as readonly (readonly [string, string])[]
    if (extra !== undefined) throw new Mismatch(`the field ${extra[0]} is not declared`)
    return together(found)
  }

  #json(declared: unknown, sent: unknown, where: string): Captured {
    if (typeof declared === 'string') return this.#jsonText(declared, sent, where)
    if (isComputed(declared)) return computed(declared, sent)
    if (typeof declared !== 'object' || declared === null) {
      if (sent !== declared)
        throw new Mismatch(`${where} is ${JSON.stringify(sent)}; declared is ${JSON.stringify(declared)}`)
      return new Map()
    }
    if (Array.isArray(declared) !== Array.isArray(sent) || typeof sent !== 'object' || sent === null) {
      // An empty object may be what a paging value has left.
      if (sent === undefined && Object.keys(declared).length === 0) return new Map()
      throw new Mismatch(`${where} is ${JSON.stringify(sent)}; declared is ${JSON.stringify(declared)}`)
    }
    const entries = Object.entries(declared)
    const extra = Object.entries(sent).find(([key, value]) => !Object.hasOwn(declared, key) && !isHusk(value))
    if (extra !== undefined) throw new Mismatch(`${where}.${extra[0]} is not declared`)
    return together(
      entries.map(([key, value]) =>
        this.#json(value, (sent as Record<string, unknown>)[key], `${where}.${key}`),
      ),
    )
  }

  #jsonText(declared: string, sent: unknown, where: string): Captured {
    const template = this.#template(declared)
    const reference = onlyReference(template)
    if (reference === undefined) return matched(template, sent, where)
    if (sent !== undefined) return new Map([[reference, sent]])
    if (OPTIONAL.has(reference)) return new Map()
    throw new Mismatch(`${where} is missing`)
  }

  #checkAccept(request: AskedRequest): void {
    const wanted = ACCEPTED[this.#stream.format?.type ?? 'json']
    const accept = headerOf(request, 'accept')
    const own = Object.keys(this.#stream.headers).some(name => name.toLowerCase() === 'accept')
    if (!own && accept?.includes(wanted) !== true)
      throw new Mismatch(`accept is ${accept}; ${wanted} was to be in it`)
  }
}

/** What an expression has made: whether it is right is known with the part. */
function computed({ expr }: { readonly expr: string }, sent: unknown): Captured {
  return new Map([[`=${expr}`, typeof sent === 'string' ? sent.replace(/^\/+/, '') : sent]])
}

/** As a URL writes it. */
function asPath(piece: string): string {
  const url = new URL('http://x')
  url.pathname = `/${piece}`
  return url.pathname.slice(1)
}

/** Objects in which values of paging stood. */
function isHusk(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isHusk)
}

function matched(template: TemplateText, sent: unknown, what: string): Captured {
  if (sent === undefined) throw new Mismatch(`${what} is missing`)
  const found = typeof sent === 'string' ? captured(template, sent) : undefined
  if (found !== undefined) return found
  const declared = template.pieces.map((piece, index) => (index % 2 === 1 ? `{${piece}}` : piece)).join('')
  throw new Mismatch(`${what} is ${JSON.stringify(sent)}; declared is ${JSON.stringify(declared)}`)
}

export function together(all: readonly Captured[]): Captured {
  const whole = merged(all)
  if (whole === undefined) throw new Mismatch('one reference stands for two different values')
  return whole
}
