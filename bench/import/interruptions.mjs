/** What a manifest's error handlers speak of: answers to be tried again, and partitions that are left out. */
import { chainsOf, textsOf } from './jinja.mjs'
import { holds, put } from './made-records.mjs'
import { toJson } from './python.mjs'

const AGAIN = new Set(['RETRY', 'RATE_LIMITED'])

/** `{ again: answer, ignored: answer }`: what to say once before the first page, and for one partition always. */
export function interruptionsOf(view, partitions) {
  const handlers = handlersOf(view.stream.requester.error_handler)
  const plan = {}
  for (const [handler, filter] of handlers.flatMap(one =>
    (one.response_filters ?? []).map(filter => [one, filter]),
  )) {
    const answer = answerTo(view.stream, filter, handler)
    if (answer === undefined || isTakenEarlier(view.stream, handlers, filter, answer)) continue
    if (AGAIN.has(filter.action)) plan.again ??= answer
    if (filter.action === 'IGNORE' && partitions > 2) plan.ignored ??= answer
  }
  return plan
}

function handlersOf(handler) {
  if (handler === undefined) return []
  return handler.type === 'CompositeErrorHandler' ? handler.error_handlers.flatMap(handlersOf) : [handler]
}

/** An answer that a filter matches. */
function answerTo(stream, filter, handler) {
  const codes = [filter.http_codes ?? []].flat().map(Number)
  const status = codes[0] ?? (filter.action === 'IGNORE' || filter.error_message_contains ? 400 : 503)
  if (filter.error_message_contains) {
    const text = String(stream.text(filter.error_message_contains, filter))
    return answer(status, { error: { message: text }, message: `it is ${text}` }, stream, handler)
  }
  if (filter.predicate === undefined)
    return codes.length > 0
      ? answer(status, { message: `status ${status}`, error: 'mocked' }, stream, handler)
      : undefined
  const body = bodyFor(stream, filter)
  return body && answer(codes[0] ?? 400, body, stream, handler)
}

/** A body for which the filter's predicate holds. */
function bodyFor(stream, filter) {
  const paths = chainsOf(filter.predicate, 'response').filter(path =>
    path.every(key => typeof key === 'string'),
  )
  const values = [...textsOf(filter.predicate), true, false, 1, 'x', ['x']]
  for (const path of paths) {
    for (const value of values) {
      const body = { message: 'mocked' }
      put(body, path, value)
      if (holds(filter.predicate, stream.context(filter, { response: body, headers: {} }))) return body
    }
  }
  return undefined
}

/** Whether an earlier filter would take the answer for itself. */
function isTakenEarlier(stream, handlers, filter, given) {
  for (const one of handlers.flatMap(handler => handler.response_filters ?? [])) {
    if (one === filter) return false
    const codes = [one.http_codes ?? []].flat().map(Number)
    const text = one.error_message_contains && String(stream.text(one.error_message_contains, one))
    const byText = text && toJson(given.body).includes(text)
    const byPredicate =
      one.predicate &&
      holds(one.predicate, stream.context(one, { response: given.body, headers: given.headers }))
    if (codes.includes(given.status) || byText || byPredicate) return true
  }
  return false
}

function answer(status, body, stream, handler) {
  const headers = { 'content-type': 'application/json' }
  for (const one of handler.backoff_strategies ?? []) {
    if (one.type === 'WaitTimeFromHeader') headers[String(stream.text(one.header, one))] = waitText(one)
    if (one.type === 'WaitUntilTimeFromHeader')
      headers[String(stream.text(one.header, one))] = String(Math.ceil(Date.now() / 1000))
  }
  return { status, headers, body, bytes: Buffer.from(toJson(body)) }
}

/** A short wait in the form that the header's regular expression cuts out. */
function waitText({ regex }) {
  if (!regex) return '1'
  return ['1', '1;', 'w=1', 'window=1', 't=1'].find(text => new RegExp(regex).test(text)) ?? '1'
}
