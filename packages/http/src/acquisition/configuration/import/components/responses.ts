import { isList, literal, str } from '../jinja/index.js'
import { conditionOf } from '../emit/conditions.js'
import type { Condition } from '../emit/conditions.js'
import { rulesOf } from '../emit/record-rules.js'
import type { Json } from '../emit/values.js'
import type { Component, Value } from '../manifest/component.js'
import { componentsOf, textOf } from '../manifest/component.js'
import { Refusal, refusingAt } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import { holds } from './known-condition.js'

type Rule = Readonly<Record<string, Json>>

/** How a stream takes what is no page. */
export interface Responses {
  readonly rules: readonly Rule[]
  /** How often a request is tried in all. */
  readonly maxAttempts?: number | undefined
}

/** Converts an error handler. @throws Refusal for one that has no counterpart. */
export function responsesOf(handler: Component | undefined, templates: Templates): Responses {
  if (handler === undefined) return { rules: [] }
  return refusingAt(templates.lines, handler, 'type', () => {
    const handlers = handlersOf(handler)
    const groups = handlers.map(one => rulesOfHandler(one, templates))
    const retries = templates.literal(handlers[0] ?? handler, 'max_retries')
    return {
      rules: handlers.length > 1 ? inOrder(groups.flat()) : groups.flat(),
      ...(typeof retries === 'number' && { maxAttempts: Math.min(100, retries + 1) }),
    }
  })
}

/** One after the other, those of a composite too. */
function handlersOf(handler: Component): readonly Component[] {
  const { type, class_name: custom } = handler
  if (custom !== undefined) throw new Refusal('custom component', `error handler ${textOf(custom)}`)
  if (type === 'CompositeErrorHandler') return componentsOf(handler['error_handlers']).flatMap(handlersOf)
  if (type !== 'DefaultErrorHandler') throw new Refusal('error handler', `${textOf(type)} has no counterpart`)
  return [handler]
}

/** Of several handlers the first that goes on wins over one that fails. */
function inOrder(rules: readonly Rule[]): readonly Rule[] {
  const isLast = (rule: Rule): boolean => rule['then'] === 'fail'
  return [...rules.filter(rule => !isLast(rule)), ...rules.filter(isLast)]
}

function rulesOfHandler(handler: Component, templates: Templates): readonly Rule[] {
  const wait = componentsOf(handler['backoff_strategies']).flatMap(one => waitOf(one, templates))
  const [first] = wait
  const rules = componentsOf(handler['response_filters']).flatMap(filter =>
    refusingAt(templates.lines, filter, 'action', () => filterRules(filter, first, templates)),
  )
  // A wait of its own holds for what is retried by default too.
  const defaults =
    first === undefined || componentsOf(handler['response_filters']).length > 0
      ? []
      : [{ status: [429, '5xx'], ...first }]
  return [...rules, ...defaults]
}

type Wait = { readonly then: 'wait'; readonly [key: string]: Json }

/** How long is waited, where that is not the usual backoff. */
function waitOf(strategy: Component, templates: Templates): readonly Wait[] {
  return refusingAt(templates.lines, strategy, 'type', () => {
    switch (strategy['type']) {
      case 'ConstantBackoffStrategy': {
        const seconds = Number(str(templates.literal(strategy, 'backoff_time_in_seconds')))
        if (!(seconds >= 0)) throw new Refusal('backoff', 'the time to wait is no number')
        return [{ then: 'wait', for: `${Math.max(1, Math.round(seconds * 1000))}ms`.replace(/000ms$/, 's') }]
      }
      case 'ExponentialBackoffStrategy':
        return []
      case 'WaitTimeFromHeader':
        return [{ then: 'wait', until: { header: headerOf(strategy, templates), as: 'seconds' } }]
      case 'WaitUntilTimeFromHeader':
        return [{ then: 'wait', until: { header: headerOf(strategy, templates), as: 'epochSeconds' } }]
      default:
        throw strategy['class_name'] === undefined
          ? new Refusal('backoff', `${textOf(strategy['type'])} has no counterpart`)
          : new Refusal('custom component', `backoff ${textOf(strategy['class_name'])}`)
    }
  })
}

function headerOf(strategy: Component, templates: Templates): string {
  const { regex } = strategy
  if (regex !== undefined && regex !== null && regex !== '')
    throw new Refusal('backoff', 'the time is cut out of a header')
  return templates.text(strategy, 'header') ?? ''
}

const ACTIONS: Readonly<Record<string, string>> = {
  SUCCESS: 'page',
  FAIL: 'fail',
  IGNORE: 'skip',
  RETRY: 'retry',
  RATE_LIMITED: 'retry',
  REFRESH_TOKEN_THEN_RETRY: 'refreshAuth',
}

/** By status, or by what the body says: one of them is enough. */
function filterRules(filter: Component, wait: Wait | undefined, templates: Templates): readonly Rule[] {
  const action = templates.text(filter, 'action')
  // One that does nothing leaves it to what is done by default.
  if (action === undefined) return []
  const then = ACTIONS[action]
  if (then === undefined) throw new Refusal('error handler', `the action ${action} has no counterpart`)
  const what = then === 'retry' && wait !== undefined ? wait : { then }
  const message = messageOf(filter)
  const ending = { ...what, ...(message !== undefined && then === 'fail' && { message }) }
  const codes = codesOf(filter['http_codes'], filter, templates)
  return [
    ...(codes.length > 0 ? [{ status: codes.length === 1 ? (codes[0] ?? 0) : codes, ...ending }] : []),
    ...predicateBodies(filter, templates).map(body => ({ body, ...ending })),
    ...messageBodies(filter).map(body => ({ body, ...ending })),
  ]
}

function messageOf({ error_message: message }: Component): string | undefined {
  return typeof message === 'string' && !/\{\{|\{%/.test(message) && message.trim() !== ''
    ? message.trim()
    : undefined
}

function codesOf(value: Value | undefined, filter: Component, templates: Templates): readonly number[] {
  if (value === undefined || value === null) return []
  const read = templates.read(value, filter)
  const codes =
    read.kind === 'constant' ? (typeof read.value === 'string' ? literal(read.value) : read.value) : undefined
  const list = isList(codes) ? codes : [codes]
  return list.map(code => {
    const number = Number(code)
    if (!Number.isInteger(number)) throw new Refusal('error handler', 'a status is no number')
    return number
  })
}

function predicateBodies(filter: Component, templates: Templates): readonly Json[] {
  const { predicate } = filter
  if (predicate === undefined || predicate === null || predicate === '') return []
  const read = templates.of(filter, 'predicate')
  if (read.kind === 'constant') {
    if (holds(read.value)) throw new Refusal('error handler', 'the predicate holds for every response')
    return []
  }
  return refusingAt(templates.lines, filter, 'predicate', () => alternatives(conditionOf(read)).map(bodyOf))
}

function alternatives(condition: Condition): readonly Condition[] {
  return 'any' in condition ? condition.any.flatMap(alternatives) : [condition]
}

/** That a mapping is there says nothing more where one of its values is asked for too. */
function bodyOf(condition: Condition): Json {
  const parts =
    'all' in condition ? condition.all.flatMap(one => ('all' in one ? one.all : [one])) : [condition]
  const told = parts.filter(one => !isShown(one, parts))
  const rules = told.flatMap(one => rulesOf(one, 'response'))
  const [only] = rules
  if (only === undefined) throw new Refusal('error handler', 'the predicate asks for nothing')
  return rules.length === 1 ? only : [...rules]
}

function isShown(condition: Condition, parts: readonly Condition[]): boolean {
  if (!('way' in condition) || (condition.is !== 'there' && condition.is !== 'truthy')) return false
  const { way } = condition
  return parts.some(
    other =>
      other !== condition &&
      'way' in other &&
      other.way.root === way.root &&
      other.way.keys.length >= way.keys.length &&
      way.keys.every((key, at) => other.way.keys[at] === key) &&
      (other.is === 'one of' || other.is === 'matching' || other.way.keys.length > way.keys.length),
  ) // prettier-ignore
}

/** Where the CDK looks for the message of an error. */
const MESSAGES = [
  'message',
  'error',
  'error.message',
  'errors[*]',
  'errors[*].message',
  'error_message',
  'detail',
  'error_description',
]

function messageBodies({ error_message_contains: part }: Component): readonly Json[] {
  if (typeof part !== 'string' || part === '') return []
  const matches = part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  return [{ any: MESSAGES.map(path => ({ path, matches })) }]
}
