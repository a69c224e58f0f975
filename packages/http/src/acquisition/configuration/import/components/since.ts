import type { Expression } from '../jinja/index.js'
import { formatPieces, isoMoment, parsed, Span, str, TemplateError } from '../jinja/index.js'
import { durationMs, msText } from '../emit/durations.js'
import { placeOf, placeText } from '../emit/places.js'
import type { Json } from '../emit/values.js'
import type { Component, Value } from '../manifest/component.js'
import { isComponent, textOf } from '../manifest/component.js'
import { Refusal, refusingAt } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import { childOf, settingsIn } from '../manifest/templates.js'

export interface Since {
  readonly config: Readonly<Record<string, Json | undefined>>
  /** How a slice's ends are called in the manifest. */
  readonly startField: string
  readonly endField: string
  readonly notes: readonly string[]
}

/** Where a field of the records stands in the raw ones. */
type RawPath = (keys: readonly (string | number)[]) => string

/** Converts an incremental sync; undefined for none. @throws Refusal for one that has no counterpart. */
export function sinceOf(
  component: Component | undefined,
  templates: Templates,
  rawPath: RawPath,
): Since | undefined {
  if (component === undefined) return undefined
  return refusingAt(templates.lines, component, 'type', () => {
    switch (component['type']) {
      case 'DatetimeBasedCursor':
        return dateCursor(component, templates, rawPath)
      case 'IncrementingCountCursor':
        return countCursor(component, templates, rawPath)
      default:
        throw component['class_name'] === undefined
          ? new Refusal('incremental sync', `${textOf(component['type'])} has no counterpart`)
          : new Refusal('custom component', `incremental sync ${textOf(component['class_name'])}`)
    }
  })
}

function countCursor(component: Component, templates: Templates, rawPath: RawPath): Since {
  const start = templates.literal(component, 'start_value')
  const option = childOf(component, 'start_value_option')
  return {
    config: {
      field: fieldOf(component, templates, rawPath),
      type: 'number',
      ...((typeof start === 'number' || typeof start === 'string') && { start }),
      ...(option !== undefined && { param: placeText(placeOf(templates, option)) }),
    },
    startField: 'start_time',
    endField: 'end_time',
    notes: [],
  }
}

function dateCursor(component: Component, templates: Templates, rawPath: RawPath): Since {
  const notes = [...boundNotes(component)]
  const [param, untilParam] = ['start_time_option', 'end_time_option'].map(key => {
    const option = childOf(component, key)
    return option === undefined ? undefined : placeText(placeOf(templates, option))
  })
  const step = span(component, 'step', templates)
  const granularity = span(component, 'cursor_granularity', templates)
  const overlap = span(component, 'lookback_window', templates)
  const format = formatOf(templates.text(component, 'datetime_format') ?? '%Y-%m-%dT%H:%M:%S.%f%z')
  const start = startOf(component, templates, notes)
  return {
    config: {
      field: fieldOf(component, templates, rawPath),
      type: 'date',
      start,
      end: endOf(component, templates, notes),
      param,
      untilParam,
      ...(format !== 'iso' && { format }),
      ...(overlap !== undefined && overlap > 0 && { overlap: msText(overlap) }),
      ...(step !== undefined && start !== undefined && { window: windowText(component, step, templates) }),
      ...(granularity !== undefined && { granularity: msText(Math.max(1, granularity)) }),
      ...(isTrue(component['is_data_feed']) && { order: 'descending' }),
      ...(isTrue(component['is_client_side_incremental']) && { filter: true }),
    },
    startField: templates.text(component, 'partition_field_start') ?? 'start_time',
    endField: templates.text(component, 'partition_field_end') ?? 'end_time',
    notes,
  }
}

/** Months and years have no fixed length. */
function windowText(component: Component, step: number, templates: Templates): string {
  const [, count, unit] = /^P(\d+)([MY])$/.exec(templates.text(component, 'step') ?? '') ?? []
  if (count !== undefined) return `${count}${unit === 'M' ? 'mo' : 'y'}`
  return msText(step, 'all')
}

function fieldOf(component: Component, templates: Templates, rawPath: RawPath): string {
  const field = templates.text(component, 'cursor_field')
  if (field === undefined || field === '')
    throw new Refusal('incremental sync', 'the cursor field is not known')
  return rawPath([field])
}

function isTrue(value: Value | undefined): boolean {
  return value === true || value === 'true'
}

function span(component: Component, key: string, templates: Templates): number | undefined {
  const text = templates.text(component, key)
  return text === undefined || text === '' ? undefined : durationMs(text)
}

interface Bound {
  readonly read: Expression
  readonly format: string
}

function boundNotes({ start_datetime: start, end_datetime: end }: Component): readonly string[] {
  const isBound = [start, end].some(
    one => isComponent(one) && (one['min_datetime'] ?? one['max_datetime']) !== undefined,
  )
  return isBound ? ['the manifest keeps its dates within others; here they are as they are set'] : []
}

/** A date of the cursor, as a text or as a MinMaxDatetime. */
function boundOf(component: Component, key: string, templates: Templates, isNow: boolean): Bound | undefined {
  const value = component[key]
  const cursorFormat = templates.text(component, 'datetime_format') ?? '%Y-%m-%dT%H:%M:%S.%f%z'
  if (value === undefined || value === null) return undefined
  const holder = isComponent(value) ? value : component
  const text = isComponent(value) ? value['datetime'] : value
  const format = (isComponent(value) ? templates.text(value, 'datetime_format') : undefined) || cursorFormat
  const read = refusingAt(templates.lines, holder, isComponent(value) ? 'datetime' : key, () =>
    templates.read(text, holder, { isNow }),
  )
  return { read, format }
}

function startOf(component: Component, templates: Templates, notes: string[]): Json | undefined {
  const moving = boundOf(component, 'start_datetime', templates, false)
  const bound = boundOf(component, 'start_datetime', templates, true)
  if (bound === undefined || moving === undefined) return undefined
  const span = spanBefore(moving.read)
  if (span !== undefined) return span
  const start = dateText(bound, templates, 'start_datetime', component)
  if (start === undefined) notes.push('the start that the manifest asks for is not set: everything is read')
  else if (moving.read.kind !== 'constant' && bound.read.kind === 'constant') {
    notes.push('the start was counted back from the day of the import')
  }
  return start
}

/** What ends now needs no end, and no manifest goes beyond the present. */
function endOf(component: Component, templates: Templates, notes: string[]): Json | undefined {
  const moving = boundOf(component, 'end_datetime', templates, false)
  if (moving === undefined) return undefined
  if (dependsOnTime(moving.read)) {
    const span = spanBefore(moving.read)
    if (span !== undefined) return span
    if (/"operator":"-"|"value":-/.test(JSON.stringify(moving.read))) {
      notes.push('the manifest ends before the present; here it is read up to the present')
    }
    return undefined
  }
  return dateText(moving, templates, 'end_datetime', component)
}

/** `day_delta(-30)`, `now_utc() - duration('P30D')`: so long before the run. */
function spanBefore(expression: Expression): string | undefined {
  if (expression.kind === 'call' && expression.of.kind === 'name') {
    const [first] = expression.args
    if (expression.of.name === 'format_datetime') return first === undefined ? undefined : spanBefore(first)
    const days = first?.kind === 'constant' ? first.value : undefined
    const isBefore = expression.of.name === 'day_delta' && typeof days === 'number' && days < 0
    return isBefore ? `${-days}d` : undefined
  }
  if (expression.kind === 'call' && expression.of.kind === 'item') {
    const { of, key } = expression.of
    // Others, such as replace(day=1), move the date.
    return key.kind === 'constant' && key.value === 'strftime' ? spanBefore(of) : undefined
  }
  if (expression.kind !== 'binary' || expression.operator !== '-' || !isPresent(expression.left))
    return undefined
  const { right } = expression
  const length = right.kind === 'constant' ? right.value : undefined
  return length instanceof Span && length.ms > 0 ? msText(length.ms, 'all') : undefined
}

/** `now_utc()`; not `now_utc().replace(day=1)`. */
function isPresent(expression: Expression): boolean {
  return expression.kind === 'call' && expression.of.kind === 'name' && dependsOnTime(expression.of)
}

function dependsOnTime(expression: Expression): boolean {
  return /"name":"(?:now_utc|today_utc|today_with_timezone|day_delta)"/.test(JSON.stringify(expression))
}

function dateText(
  { read, format }: Bound,
  templates: Templates,
  key: string,
  component: Component,
): Json | undefined {
  if (read.kind === 'constant') {
    const { value } = read
    if (value === undefined || value === null || value === '') return undefined
    return isoText(str(value), format)
  }
  const setting = dateSetting(read)
  const isPlain = read.kind === 'setting' && !isIso(format)
  if (setting !== undefined && !isPlain) return setting
  throw templates.needing(settingsIn(read), `${key} is calculated`, templates.lines.of(component, key))
}

/** In which the pipeline takes dates from the environment too. */
function isIso(format: string): boolean {
  return /^%Y-%m-%d(?:T|$)/.test(format)
}

function isoText(text: string, format: string): string {
  const iso = new Date(Math.floor(momentOf(text, format))).toISOString()
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso
}

/** In the format that is told, or else in ISO 8601; without a zone in UTC. */
function momentOf(text: string, format: string): number {
  const attempts = [
    () => parsed(text, format),
    () => isoMoment(text.trim()),
    () => parsed(text, '%a, %d %b %Y %H:%M:%S %Z'),
  ]
  for (const attempt of attempts) {
    try {
      return attempt().ms
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
    }
  }
  throw new Refusal('date format', `${JSON.stringify(text)} is no date of the form ${format}`)
}

const SAME_MOMENT: ReadonlySet<string> = new Set(['format_datetime', 'str_to_datetime', 'timestamp'])
const SAME_DAY: ReadonlySet<string> = new Set(['strftime', 'split', 'replace', 'timestamp', 'strip'])

/** A date from a setting that is only written in another way: our dates need not be. */
function dateSetting(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'setting':
      return `\${${expression.variable}}`
    case 'call':
      if (expression.of.kind === 'name' && SAME_MOMENT.has(expression.of.name))
        return settingIn(expression.args[0])
      if (expression.of.kind === 'item' && expression.of.key.kind === 'constant') {
        return SAME_DAY.has(str(expression.of.key.value)) ? settingIn(expression.of.of) : undefined
      }
      return undefined
    case 'filter':
      return ['int', 'string', 'trim'].includes(expression.name) ? dateSetting(expression.of) : undefined
    case 'slice':
      return expression.start === undefined ? dateSetting(expression.of) : undefined
    case 'item':
      return expression.key.kind === 'constant' && expression.key.value === 0
        ? dateSetting(expression.of)
        : undefined
    case 'binary':
      return expression.operator === '*' ? dateSetting(expression.left) : undefined
    case 'text': {
      const [first, second] = expression.parts
      const isTime =
        second?.kind === 'constant' && /^T00:00:00(?:\.0+)?(?:Z|\+00:?00)?$/.test(str(second.value))
      return expression.parts.length === 1 || isTime ? settingIn(first) : undefined
    }
    default:
      return undefined
  }
}

function settingIn(expression: Expression | undefined): string | undefined {
  return expression === undefined ? undefined : dateSetting(expression)
}

const NAMED_FORMATS: Readonly<Record<string, string>> = {
  '%Y-%m-%dT%H:%M:%SZ': 'isoSeconds',
  '%Y-%m-%dT%H:%M:%S.%_msZ': 'iso',
  '%Y-%m-%d': 'date',
  '%s': 'epochSeconds',
  '%ms': 'epochMillis',
  '%epoch_microseconds': 'epochMicros',
}

const LETTERS: Readonly<Record<string, string>> = {
  Y: 'yyyy',
  y: 'yy',
  m: 'MM',
  d: 'dd',
  H: 'HH',
  M: 'mm',
  S: 'ss',
  f: 'SSSSSS',
  _ms: 'SSS',
  z: "'+0000'",
  b: 'MMM',
  B: 'MMMM',
  I: 'hh',
  p: 'a',
  '%': '%',
} // prettier-ignore

/** A date format of Python as the pipeline writes it. All dates are sent in UTC. */
function formatOf(format: string): string {
  const named = NAMED_FORMATS[format]
  if (named !== undefined) return named
  const pattern = formatPieces(format).map(piece => {
    if ('text' in piece)
      return /[A-Za-z']/.test(piece.text) ? `'${piece.text.replaceAll("'", "''")}'` : piece.text
    const letters = LETTERS[piece.field]
    if (letters === undefined)
      throw new Refusal('date format', `%${piece.field} in ${format} has no counterpart`)
    return letters
  })
  return pattern.join('').replaceAll("''", '')
}
