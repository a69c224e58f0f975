import { textOf } from '../manifest/component.js'
import type { Expression } from '../jinja/index.js'
import { literal, str } from '../jinja/index.js'
import type { Condition } from '../emit/conditions.js'
import { conditionOf } from '../emit/conditions.js'
import type { Way } from '../emit/paths.js'
import type { Place } from '../emit/places.js'
import { placeOf, placeText } from '../emit/places.js'
import type { Json, PageToken } from '../emit/values.js'
import type { Component } from '../manifest/component.js'
import { Refusal, refusingAt, unlessRefused } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import { childOf } from '../manifest/templates.js'
import { cursorOf } from './cursor.js'
import { endRules } from './end-rules.js'
import { pageExpression } from './page-expression.js'
import type { PagedRecords } from './paged-records.js'

/** Pagination as the pipeline writes it; undefined for none. */
export interface Paging {
  readonly config: Readonly<Record<string, Json | undefined>>
  /** What templates of the request may refer to as `next_page_token`. */
  readonly token?: PageToken | undefined
  /** What the first request carries beside: next URLs bring it along themselves. */
  readonly first?: { readonly place: Place; readonly value: number } | undefined
  readonly notes: readonly string[]
}

/** Converts a paginator. @throws Refusal for one that has no counterpart. */
export function pagingOf(
  paginator: Component | undefined,
  templates: Templates,
  records: PagedRecords,
  requester: Component,
): Paging {
  if (paginator === undefined || paginator['type'] === 'NoPagination')
    return { config: { type: 'none' }, notes: [] }
  const strategy = childOf(paginator, 'pagination_strategy')
  const refersToPage = JSON.stringify(requester).includes('next_page_token')
  if (!refersToPage && sendsNothing(paginator, templates)) {
    return {
      config: { type: 'none' },
      first: sizeOf(paginator, strategy, templates),
      notes: ['the manifest pages without sending a page: one page is read'],
    }
  }
  return refusingAt(templates.lines, paginator, 'pagination_strategy', () => {
    if (paginator['type'] !== 'DefaultPaginator') throw custom(paginator, 'paginator')
    if (strategy === undefined) throw new Refusal('pagination', 'there is no pagination_strategy')
    return new PagingReader(paginator, strategy, templates, records).paging()
  })
}

/** A page that goes nowhere: there is no parameter for it, or none with a name. */
function sendsNothing(paginator: Component, templates: Templates): boolean {
  const option = childOf(paginator, 'page_token_option')
  return option === undefined || (option['type'] !== 'RequestPath' && isNameless(option, templates))
}

/** What is sent as the size of each page, and where. */
function sizeOf(
  paginator: Component,
  strategy: Component | undefined,
  templates: Templates,
): Paging['first'] {
  const option = childOf(paginator, 'page_size_option')
  const value = strategy === undefined ? undefined : numberIn(strategy, 'page_size', templates)
  if (option === undefined || value === undefined || isNameless(option, templates)) return undefined
  return { place: placeOf(templates, option), value }
}

/** A place of `false`: what stands there is sent by a template, or nowhere. */
const NOWHERE: Place = { in: 'nowhere', name: '' }

function isNameless(option: Component, templates: Templates): boolean {
  if (option['field_path'] !== undefined) return false
  const name = templates.of(option, 'field_name')
  return name.kind === 'constant' && (name.value === undefined || name.value === null || name.value === '')
}

function custom(component: Component, what: string): Refusal {
  const name = component['class_name'] ?? component['type']
  return component['class_name'] === undefined
    ? new Refusal('pagination', `${what} ${textOf(name)} has no counterpart`)
    : new Refusal('custom component', `${what} ${textOf(name)}`)
}

class PagingReader {
  readonly #paginator: Component
  readonly #strategy: Component
  readonly #templates: Templates
  readonly #records: PagedRecords
  readonly #notes: string[] = []

  constructor(paginator: Component, strategy: Component, templates: Templates, records: PagedRecords) {
    this.#paginator = paginator
    this.#strategy = strategy
    this.#templates = templates
    this.#records = records
  }

  paging(): Paging {
    const config = this.#config()
    const isUrl = config['type'] === 'nextUrl' || config['type'] === 'linkHeader'
    const first = isUrl ? sizeOf(this.#paginator, this.#strategy, this.#templates) : undefined
    return { config, token: this.#token(config), notes: this.#notes, first }
  }

  /** Of pages that are counted the first has no token, unless the manifest says that it has. */
  #token({ type, firstPage }: Paging['config']): PageToken | undefined {
    const isFirstSent = this.#strategy['inject_on_first_request'] === true
    const always = { isAlways: true }
    switch (type) {
      case 'page':
        return { reference: 'pagination.number', ...(isFirstSent ? always : { none: Number(firstPage) }) }
      case 'offset':
        return { reference: 'pagination.offset', ...(isFirstSent ? always : { none: 0 }) }
      case 'cursor':
        return { reference: 'pagination.cursor' }
      default:
        return { reference: 'pagination.url' }
    }
  }

  #config(): Readonly<Record<string, Json | undefined>> {
    switch (this.#strategy['type']) {
      case 'PageIncrement':
        return this.#pages()
      case 'OffsetIncrement':
        return this.#offsets()
      case 'CursorPagination':
        return this.#cursors()
      default:
        throw custom(this.#strategy, 'pagination strategy')
    }
  }

  #pages(): Readonly<Record<string, Json | undefined>> {
    const { start, size } = { start: this.#number('start_from_page') ?? 0, size: this.#number('page_size') }
    const place = this.#tokenPlace()
    if (place !== undefined && this.#strategy['inject_on_first_request'] !== true) {
      this.#notes.push(
        `the manifest leaves the page's number out of the first request; here ${start} is sent`,
      )
    }
    return {
      type: 'page',
      pageParam: place === undefined ? false : placeText(place),
      firstPage: start,
      ...this.#size(size),
      // Without a size no page is short: an empty one ends.
      pageSize: size ?? 1,
      ...(size !== undefined && { stopOnShortPage: true }),
    }
  }

  #offsets(): Readonly<Record<string, Json | undefined>> {
    const size = this.#number('page_size')
    const place = this.#tokenPlace()
    const { sizeParam } = this.#size(size)
    return {
      type: 'offset',
      offsetParam: place === undefined ? false : placeText(place),
      limitParam: sizeParam ?? false,
      pageSize: size ?? 1_000_000,
      ...(size !== undefined && { stopOnShortPage: true }),
    }
  }

  #cursors(): Readonly<Record<string, Json | undefined>> {
    const option = childOf(this.#paginator, 'page_token_option')
    const value = this.#templates.of(this.#strategy, 'cursor_value')
    const isUrl = option?.['type'] === 'RequestPath'
    const place = isUrl ? undefined : (this.#tokenPlace() ?? NOWHERE)
    const cursor = refusingAt(this.#templates.lines, this.#strategy, 'cursor_value', () =>
      cursorOf(value, place, this.#records),
    )
    if (cursor.note !== undefined) this.#notes.push(cursor.note)
    const size = this.#number('page_size')
    const endWhen = refusingAt(this.#templates.lines, this.#strategy, 'stop_condition', () =>
      this.#endWhen(cursor.ways, size),
    )
    return {
      ...cursor.config,
      ...(cursor.config['type'] === 'cursor' && size !== undefined
        ? { ...this.#size(size), pageSize: size }
        : {}),
      ...(endWhen.length > 0 && { endWhen: endWhen.length === 1 ? endWhen[0] : endWhen }),
    }
  }

  #endWhen(ways: readonly Way[], size: number | undefined): readonly Json[] {
    const { stop_condition: given } = this.#strategy
    if (given === undefined || given === null || given === '') return []
    const read = this.#templates.of(this.#strategy, 'stop_condition')
    try {
      return endRules(this.#stopCondition(read), { ways, size, records: this.#records.path })
    } catch (error) {
      const text = unlessRefused(() => pageExpression(read, this.#records))
      if (text === undefined || read.kind === 'constant') throw error
      return [{ expr: `$boolean(${text})` }]
    }
  }

  #stopCondition(read: Expression): Condition {
    if (read.kind === 'constant') {
      const value = typeof read.value === 'string' ? literal(read.value) : read.value
      return { always: typeof value === 'string' ? !['', 'False', 'false'].includes(value) : Boolean(value) }
    }
    return conditionOf(read)
  }

  #size(size: number | undefined): { readonly sizeParam?: Json } {
    const found = size === undefined ? undefined : sizeOf(this.#paginator, this.#strategy, this.#templates)
    return found === undefined ? {} : { sizeParam: placeText(found.place) }
  }

  /** Undefined where it is sent by a template, or nowhere. */
  #tokenPlace(): Place | undefined {
    const option = childOf(this.#paginator, 'page_token_option')
    if (option === undefined) return undefined
    if (option['type'] === 'RequestPath')
      throw new Refusal('pagination', 'the number of the page becomes the path')
    return placeOf(this.#templates, option)
  }

  #number(key: string): number | undefined {
    return numberIn(this.#strategy, key, this.#templates)
  }
}

function numberIn(strategy: Component, key: string, templates: Templates): number | undefined {
  const value = templates.literal(strategy, key)
  if (value === undefined || value === null || value === '') return undefined
  const number = Number(str(value))
  if (!Number.isInteger(number)) throw new Refusal('pagination', `${key} is ${str(value)}, no whole number`)
  return number
}
