import { textOf } from '../manifest/component.js'
import type { Expression } from '../jinja/index.js'
import { literal, str } from '../jinja/index.js'
import type { Condition } from '../emit/conditions.js'
import { conditionOf } from '../emit/conditions.js'
import type { Way } from '../emit/paths.js'
import { pathText, wayOf } from '../emit/paths.js'

import type { Place } from '../emit/places.js'
import { placeOf, placeText } from '../emit/places.js'
import type { Json } from '../emit/values.js'
import type { Component } from '../manifest/component.js'
import { Refusal, refusingAt } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import { childOf } from '../manifest/templates.js'
import { cursorOf } from './cursor.js'
import { endRules } from './end-rules.js'
import type { PagedRecords } from './paged-records.js'

/** Pagination as the pipeline writes it; undefined for none. */
export interface Paging {
  readonly config: Readonly<Record<string, Json | undefined>>
  /** What the first request carries beside: next URLs bring it along themselves. */
  readonly first?: { readonly place: Place; readonly value: number } | undefined
  readonly notes: readonly string[]
}

/** Converts a paginator. @throws Refusal for one that has no counterpart. */
export function pagingOf(
  paginator: Component | undefined,
  templates: Templates,
  records: PagedRecords,
): Paging {
  if (paginator === undefined || paginator['type'] === 'NoPagination')
    return { config: { type: 'none' }, notes: [] }
  const strategy = childOf(paginator, 'pagination_strategy')
  if (sendsNothing(paginator, templates)) {
    return {
      config: { type: 'none' },
      notes: ['the manifest pages without sending a page: one page is read'],
    }
  }
  return refusingAt(templates.lines, paginator, 'pagination_strategy', () => {
    if (paginator['type'] !== 'DefaultPaginator') throw custom(paginator, 'paginator')
    if (strategy === undefined) throw new Refusal('pagination', 'there is no pagination_strategy')
    return new PagingReader(paginator, strategy, templates, records).paging()
  })
}

/** A page that goes nowhere: its parameter has no name. */
function sendsNothing(paginator: Component, templates: Templates): boolean {
  const option = childOf(paginator, 'page_token_option')
  return option !== undefined && option['type'] !== 'RequestPath' && isNameless(option, templates)
}

function isNameless(option: Component, templates: Templates): boolean {
  if (option['field_path'] !== undefined) return false
  const name = templates.of(option, 'field_name')
  return name.kind === 'constant' && (name.value === undefined || name.value === null || name.value === '')
}

/** `response.start + response.size`. */
function sumOf(expression: Expression): readonly Way[] | undefined {
  if (expression.kind !== 'binary' || expression.operator !== '+') return undefined
  const ways = [expression.left, expression.right].map(wayOf)
  return ways.every((way): way is Way => way?.root === 'response') ? ways : undefined
}

/** `start + size >= total`: the path of the total. */
function totalOf(expression: Expression): readonly string[] {
  if (expression.kind !== 'binary' || expression.operator !== '>=' || sumOf(expression.left) === undefined)
    return []
  const way = wayOf(expression.right)
  return way?.root === 'response' ? [pathText(way.keys)] : []
}

function alternativesOf(expression: Expression): readonly Expression[] {
  if (expression.kind === 'binary' && expression.operator === 'or') {
    return [...alternativesOf(expression.left), ...alternativesOf(expression.right)]
  }
  return [expression]
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
    const size = this.#number('page_size')
    const option = childOf(this.#paginator, 'page_size_option')
    const isUrl = config['type'] === 'nextUrl' || config['type'] === 'linkHeader'
    const first = isUrl &&
      size !== undefined &&
      option !== undefined &&
      !isNameless(option, this.#templates) && { place: placeOf(this.#templates, option), value: size }
    return { config, notes: this.#notes, ...(first !== false && { first }) }
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
    if (this.#strategy['inject_on_first_request'] !== true) {
      this.#notes.push(
        `the manifest leaves the page's number out of the first request; here ${start} is sent`,
      )
    }
    return {
      type: 'page',
      pageParam: placeText(this.#tokenPlace('page')),
      firstPage: start,
      ...this.#size(size),
      // Without a size no page is short: an empty one ends.
      pageSize: size ?? 1,
      ...(size !== undefined && { stopOnShortPage: true }),
    }
  }

  #offsets(): Readonly<Record<string, Json | undefined>> {
    const size = this.#number('page_size')
    const { sizeParam } = this.#size(size)
    return {
      type: 'offset',
      offsetParam: placeText(this.#tokenPlace('offset')),
      limitParam: sizeParam ?? false,
      pageSize: size ?? 1_000_000,
      ...(size !== undefined && { stopOnShortPage: true }),
    }
  }

  #cursors(): Readonly<Record<string, Json | undefined>> {
    const option = childOf(this.#paginator, 'page_token_option')
    const value = this.#templates.of(this.#strategy, 'cursor_value')
    if (sumOf(value) !== undefined) return this.#countedOffsets()
    const isUrl = option?.['type'] === 'RequestPath'
    const place = option === undefined || isUrl ? undefined : this.#tokenPlace('cursor')
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

  /** The offset that the body tells and the number of records: the next offset. */
  #countedOffsets(): Readonly<Record<string, Json | undefined>> {
    const size = this.#number('page_size')
    const { sizeParam } = this.#size(size)
    if (sizeParam === undefined || size === undefined) throw new Refusal('cursor', 'the cursor is calculated')
    const parts = alternativesOf(this.#templates.of(this.#strategy, 'stop_condition'))
    const total = parts.flatMap(totalOf)[0]
    const rules = parts
      .filter(one => totalOf(one).length === 0)
      .flatMap(one => endRules(conditionOf(one), { ways: [], size, records: this.#records.path }))
    return {
      type: 'offset',
      offsetParam: placeText(this.#tokenPlace('offset')),
      limitParam: sizeParam,
      pageSize: size,
      ...(total !== undefined && { totalRecordsPath: total }),
      ...(rules.length > 0 && { endWhen: rules.length === 1 ? rules[0] : rules }),
    }
  }

  #endWhen(ways: readonly Way[], size: number | undefined): readonly Json[] {
    const { stop_condition: given } = this.#strategy
    if (given === undefined || given === null || given === '') return []
    const condition = this.#stopCondition()
    return endRules(condition, { ways, size, records: this.#records.path })
  }

  #stopCondition(): Condition {
    const read = this.#templates.of(this.#strategy, 'stop_condition')
    if (read.kind === 'constant') {
      const value = typeof read.value === 'string' ? literal(read.value) : read.value
      return { always: typeof value === 'string' ? !['', 'False', 'false'].includes(value) : Boolean(value) }
    }
    return conditionOf(read)
  }

  #size(size: number | undefined): { readonly sizeParam?: Json } {
    const option = childOf(this.#paginator, 'page_size_option')
    if (option === undefined || size === undefined || isNameless(option, this.#templates)) return {}
    return { sizeParam: placeText(placeOf(this.#templates, option)) }
  }

  #tokenPlace(what: string): Place {
    const option = childOf(this.#paginator, 'page_token_option')
    if (option === undefined)
      throw new Refusal('pagination', `the ${what} is sent by a template, not by an option`)
    if (option['type'] === 'RequestPath') throw new Refusal('pagination', `the ${what} becomes the path`)
    return placeOf(this.#templates, option)
  }

  #number(key: string): number | undefined {
    const value = this.#templates.literal(this.#strategy, key)
    if (value === undefined || value === null || value === '') return undefined
    const number = Number(str(value))
    if (!Number.isInteger(number)) throw new Refusal('pagination', `${key} is ${str(value)}, no whole number`)
    return number
  }
}
