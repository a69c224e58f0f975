import type { ParamPlace } from '../../acquisition/index.js'
import type { AskedRequest } from './asked-request.js'
import { headerOf, jsonOf, Mismatch } from './asked-request.js'
import { valueAt, withoutPath } from './path-steps.js'

/** What is left of a request to be looked at: whatever stays is something that nobody asked for. */
export class Remaining {
  readonly request: AskedRequest
  /** Behind the path of the stream. */
  suffix = ''
  query: (readonly [name: string, value: string])[]
  /** The JSON of the body, or the pairs of the form. */
  body: unknown
  readonly #isForm: boolean

  constructor(request: AskedRequest, bodyType: 'json' | 'form' | 'text' | undefined) {
    this.request = request
    this.query = [...request.query]
    this.#isForm = bodyType === 'form'
    this.body = bodyOf(request, bodyType)
  }

  /** Takes the value at a place out; undefined where there is none. */
  take(place: ParamPlace): unknown {
    if (typeof place === 'string') return this.#takeQuery(place)
    if ('query' in place) return this.#takeQuery(place.query)
    if ('header' in place) return headerOf(this.request, place.header)
    return 'body' in place ? this.#takeBody(place.body) : this.#takeSuffix(place.path)
  }

  /** All values of a parameter. */
  takeAll(name: string): string[] {
    const found = this.query.filter(([own]) => own === name).map(([, value]) => value)
    this.query = this.query.filter(([own]) => own !== name)
    return found
  }

  takeField(name: string): string[] {
    const pairs = this.body as readonly (readonly [string, string])[]
    this.body = pairs.filter(([own]) => own !== name)
    return pairs.filter(([own]) => own === name).map(([, value]) => value)
  }

  #takeQuery(name: string): string | undefined {
    const [first, ...more] = this.takeAll(name)
    if (more.length > 0) throw new Mismatch(`the parameter ${name} is there ${more.length + 1} times`)
    return first
  }

  #takeBody(path: string): unknown {
    if (this.#isForm) return this.takeField(path)[0]
    const value = valueAt(this.body, path)
    if (value !== undefined) withoutPath(this.body, path)
    return value
  }

  #takeSuffix(template: string): string | undefined {
    const [before = '', after = ''] = template.split('{}')
    const { suffix } = this
    if (!suffix.startsWith(before)) return undefined
    const [value = ''] = suffix.slice(before.length).split('/')
    if (!suffix.slice(before.length + value.length).startsWith(after)) return undefined
    this.suffix = suffix.slice(before.length + value.length + after.length)
    return decodeURIComponent(value)
  }
}

function bodyOf(request: AskedRequest, type: 'json' | 'form' | 'text' | undefined): unknown {
  if (type === undefined || type === 'text') return request.body
  return type === 'form' ? [...new URLSearchParams(request.body)] : jsonOf(request)
}
