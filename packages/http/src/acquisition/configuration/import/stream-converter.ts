import { textOf } from './manifest/component.js'
import type { Auth } from './components/authentication.js'
import { AuthReader } from './components/authentication.js'
import { formatOfPages } from './components/format.js'
import { pagingOf } from './components/pagination.js'
import type { Paging } from './components/pagination.js'
import type { Part, Partitions } from './components/partitions.js'
import { partitionsOf } from './components/partitions.js'
import type { Changes, Selection } from './components/records.js'
import { changesOf, recordsPlace, selectionOf } from './components/records.js'
import { basePath, requestOf } from './components/request.js'
import type { RequestParts } from './components/request.js'
import { responsesOf } from './components/responses.js'
import type { Since } from './components/since.js'
import { sinceOf } from './components/since.js'
import { fieldValueOf } from './components/field-value.js'
import { pathText } from './emit/paths.js'
import type { Place } from './emit/places.js'
import { refersTo } from './emit/refers-to.js'
import type { Json, Scope } from './emit/values.js'
import { Values } from './emit/values.js'
import { str } from './jinja/index.js'
import type { Component, Value } from './manifest/component.js'
import { Refusal, refusingAt } from './manifest/refusal.js'
import type { Templates } from './manifest/templates.js'
import { childOf } from './manifest/templates.js'
import type { StreamDraft } from './stream-draft.js'

type RawPath = (keys: readonly (string | number)[]) => string

/** Converts one stream after the other, and the parents that they need. */
export class StreamConverter {
  readonly #templates: Templates
  readonly #auth: AuthReader

  constructor(templates: Templates) {
    this.#templates = templates
    this.#auth = new AuthReader(templates, requester => this.#login(requester))
  }

  /** @throws Refusal that says why it cannot be converted. */
  convert(stream: Component): StreamDraft {
    return refusingAt(this.#templates.lines, stream, 'type', () => {
      const { type, class_name: custom } = stream
      if (custom !== undefined) throw new Refusal('custom component', `stream ${textOf(custom)}`)
      if (type === 'StateDelegatingStream') return this.#fullRefresh(stream)
      if (type !== 'DeclarativeStream') throw new Refusal('stream', `${textOf(type)} has no counterpart`)
      return this.#stream(stream)
    })
  }

  /** One that reads all, and another that reads changes: all is always right. */
  #fullRefresh(stream: Component): StreamDraft {
    const full = childOf(stream, 'full_refresh_stream')
    if (full === undefined) throw new Refusal('stream', 'there is no full_refresh_stream')
    const draft = this.convert({ ...full, name: full['name'] ?? stream['name'] })
    const note =
      'the manifest reads changes alone after the first run, by another request; here all is read each time'
    return { ...draft, notes: [note, ...draft.notes] }
  }

  #stream(stream: Component): StreamDraft {
    const retriever = this.#retriever(stream)
    const requester = this.#requester(retriever)
    const selector = childOf(retriever, 'record_selector')
    if (selector === undefined) throw new Refusal('records', 'there is no record_selector')
    const name = this.#templates.text(stream, 'name') ?? ''
    const partitions = partitionsOf(retriever['partition_router'], {
      templates: this.#templates,
      parentOf: parent => this.#parent(parent),
    })
    const incremental = childOf(stream, 'incremental_sync')
    const scope = scopeOf(partitions, incremental, this.#templates)
    const changes = changesOf(
      stream['transformations'],
      this.#templates,
      fieldValueOf(this.#templates, new Values(this.#templates, scope)),
    )
    const rawPath = rawPathOf(changes)
    const selection = selectionOf(selector, this.#templates)
    checkLift(changes, selection)
    const since = sinceOf(incremental, this.#templates, fieldPathOf(changes))
    const records = { path: selection.keys, base: basePath(requester, this.#templates), rawPath }
    const paging = pagingOf(childOf(retriever, 'paginator'), this.#templates, records, requester)
    const request = requestOf(
      requester,
      this.#templates,
      new Values(this.#templates, { ...scope, token: paging.token }),
    )
    const responses = responsesOf(childOf(requester, 'error_handler'), this.#templates)
    const auth = this.#authOf(requester)
    const isForm = /"body_data"/.test(
      JSON.stringify([retriever['paginator'], incremental, requester['authenticator']]),
    )
    const isBodyNeeded = auth?.['in'] === 'body' || goesIntoBody(paging, since)
    const config = requestConfig(request, partitions, paging, isBodyNeeded ? { isForm } : undefined)
    const parts = checkedParts(
      partitions,
      JSON.stringify([config, since?.config]),
      JSON.stringify(changes.add),
    )
    const key = idOf(stream['primary_key'], stream, this.#templates)
    const isOfTime = [key].flat().some(name => isTime(changes.add[textOf(name)]))
    const id = isOfTime ? 'none' : key
    const format = formatOfPages(childOf(retriever, 'decoder'), this.#templates)
    return {
      name,
      partitions,
      fieldPath: fieldPathOf(changes),
      baseUrl: request.baseUrl,
      auth,
      config: {
        ...config,
        ...(parts.length > 0 && { for: parts.map(({ entry }) => entry) }),
        ...(format !== undefined && { format }),
        records: recordsPlace(selection.keys),
        ...(changes.lift.length > 0 && { lift: changes.lift.length === 1 ? changes.lift[0] : changes.lift }),
        ...(selection.where.length > 0 && {
          where: selection.where.length === 1 ? selection.where[0] : selection.where,
        }),
        id,
        ...(since !== undefined && { since: sinceConfig(since, request, selection) }),
        pagination: paging.config,
        ...(responses.rules.length > 0 && { responses: responses.rules }),
        ...(Object.keys(changes.add).length > 0 && { add: changes.add }),
        ...(changes.keys !== undefined && { keys: changes.keys }),
        ...(changes.flatten !== undefined && { flatten: changes.flatten }),
        ...(changes.drop.length > 0 && { drop: changes.drop }),
      },
      ...(responses.maxAttempts !== undefined && { maxAttempts: responses.maxAttempts }),
      notes: [
        ...pathNotes(request.path),
        ...paging.notes,
        ...(since?.notes ?? []),
        ...changes.notes,
        ...onceNotes(parts, id),
        ...(isOfTime ? [OF_TIME] : []),
      ],
      line: this.#templates.lines.of(stream),
    }
  }

  #retriever(stream: Component): Component {
    const retriever = childOf(stream, 'retriever')
    if (retriever === undefined) throw new Refusal('stream', 'there is no retriever')
    const { type, class_name: custom } = retriever
    return refusingAt(this.#templates.lines, retriever, 'type', () => {
      if (custom !== undefined) throw new Refusal('custom component', `retriever ${textOf(custom)}`)
      if (type === 'AsyncRetriever') throw new Refusal('jobs', 'a job is created, waited for and downloaded')
      if (type !== 'SimpleRetriever') throw new Refusal('stream', `${textOf(type)} has no counterpart`)
      if (retriever['pagination_reset'] !== undefined)
        throw new Refusal('pagination', 'the pagination is begun anew after some records')
      return retriever
    })
  }

  #requester(retriever: Component): Component {
    const requester = childOf(retriever, 'requester')
    if (requester === undefined) throw new Refusal('request', 'there is no requester')
    const { type, class_name: custom } = requester
    if (type === 'HttpRequester' && custom === undefined) return requester
    const line = this.#templates.lines.of(requester, 'type')
    throw custom === undefined
      ? new Refusal('request', `${textOf(type)} has no counterpart`, { line })
      : new Refusal('custom component', `requester ${textOf(custom)}`, { line })
  }

  #authOf(requester: Component): Auth {
    const authenticator = childOf(requester, 'authenticator')
    if (authenticator === undefined) return undefined
    return refusingAt(this.#templates.lines, authenticator, 'type', () => this.#auth.convert(authenticator))
  }

  #parent(stream: Component): StreamDraft {
    try {
      return this.convert(stream)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { about, message, line, settings } = error
      const name = textOf(stream['name'] ?? 'its parent')
      throw new Refusal(about, `its parent ${name}: ${message}`, {
        line,
        ...(settings !== undefined && { settings }),
      })
    }
  }

  #login(requester: Component) {
    const values = new Values(this.#templates, { slice: () => undefined })
    const { baseUrl, path, method, query, headers, body } = requestOf(requester, this.#templates, values)
    if (typeof path !== 'string') throw new Refusal('login', 'the path of the login is an expression')
    const parameters = Object.entries(query).flatMap(([name, values]) =>
      [values].flat().map(value => `${encodeURIComponent(name)}=${encoded(textOf(value))}`),
    )
    const basic = this.#loginHeaders(requester)
    return {
      url: `${baseUrl.replace(/\/+$/, '')}${path}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      ...(Object.keys({ ...headers, ...basic }).length > 0 && { headers: { ...headers, ...basic } }),
      ...(body !== undefined && { body }),
    }
  }

  /** A login may be authenticated itself; where that is by a header it can be written out. */
  #loginHeaders(requester: Component): Record<string, Json> {
    const auth = this.#authOf(requester)
    if (auth === undefined) return {}
    const { type, name, value, token } = auth
    if (type === 'apiKey' && auth['in'] === 'header') return { [textOf(name)]: textOf(value) }
    if (type === 'bearer') return { Authorization: `Bearer ${textOf(token)}` }
    if (type === 'basic')
      return {
        Authorization: `Basic \${${this.#templates.settings.madeOf('LOGIN_BASIC', 'the base64 of user:password for the login')}}`,
      }
    throw new Refusal('login', `the login is authenticated by ${textOf(type)}`)
  }
}

/** Percent-encoded, except for what comes from the environment. */
function encoded(text: string): string {
  return text.replaceAll(/\$\{\w+\}|[^$]+|\$/g, part =>
    part.length > 1 && part.startsWith('$') ? part : encodeURIComponent(part),
  )
}

function scopeOf(partitions: Partitions, incremental: Component | undefined, templates: Templates): Scope {
  const [start, end] = (['partition_field_start', 'partition_field_end'] as const).map((key, at) => {
    const given = incremental === undefined ? undefined : templates.text(incremental, key)
    return given ?? (at === 0 ? 'start_time' : 'end_time')
  })
  const slice = (keys: readonly (string | number)[]): string | undefined => {
    const [first, ...rest] = keys
    if (first === 'cursor_slice' || first === 'partition') return slice(rest)
    if (incremental !== undefined && rest.length === 0 && first === start) return 'since'
    if (incremental !== undefined && rest.length === 0 && first === end) return 'until'
    return partitions.reference(keys)
  }
  return { slice, fixed: keys => partitions.fixed(keys) }
}

/** Added fields are looked up where they come from. */
function rawPathOf(changes: Changes): RawPath {
  return keys => {
    const field = addedIn(keys, changes)
    if (field === undefined) return pathText(keys)
    const { name, source, rest } = field
    if (source.startsWith('{')) return source
    if (source === '') throw new Refusal('computed field', `${name} is computed, and something depends on it`)
    return pathText(rest) === '' || pathText(rest).startsWith('[')
      ? source + pathText(rest)
      : `${source}.${pathText(rest)}`
  }
}

/** One that is computed, or is no field of the records, goes by its added name. */
function fieldPathOf(changes: Changes): RawPath {
  return keys => {
    const field = addedIn(keys, changes)
    return field === undefined || !isPath(field.source) ? pathText(keys) : rawPathOf(changes)(keys)
  }
}

/** The added field that a path leads into. */
function addedIn(keys: readonly (string | number)[], { add, sources }: Changes) {
  for (let length = keys.length; length > 0; length--) {
    const name = pathText(keys.slice(0, length))
    const source = sources.get(name)
    if (source !== undefined && Object.hasOwn(add, name)) return { name, source, rest: keys.slice(length) }
  }
  return undefined
}

function isPath(source: string): boolean {
  return source !== '' && !source.startsWith('{')
}

/** Values in a path are encoded, slashes too. */
function pathNotes(path: RequestParts['path']): readonly string[] {
  if (typeof path !== 'string') return []
  const found = /\{([\w.-]*(?:ur[il]|path|href|link)\w*)\}/i.exec(path)
  return found === null ? [] : [`slashes in {${found[1] ?? ''}} are sent encoded`]
}

/** A filter asks for the record as it came. */
function checkLift({ lift }: Changes, { where, sinceField }: Selection): void {
  const isFiltered = where.length > 0 || sinceField !== undefined
  if (isFiltered && lift.some(({ prefix, drop }) => prefix === undefined || drop !== undefined))
    throw new Refusal('transformation', 'an object is flattened into records that are filtered before')
}

/** A parent that no request depends on is taken once for all its records. @throws Refusal for what parts cannot do. */
function checkedParts({ parts }: Partitions, request: string, added: string): readonly Part[] {
  return parts.map(part => {
    const uses = new RegExp(`\\b${part.as}[.[]`)
    if (part.parent === undefined || uses.test(request)) return part
    if (uses.test(added))
      throw new Refusal(
        'partitions',
        `records get a value of ${part.as}, and the requests do not depend on it`,
      )
    return { ...part, entry: { each: '', as: part.as, once: true } }
  })
}

/** Where nothing tells records apart, the manifest has them several times. */
function onceNotes(parts: readonly Part[], id: Json): readonly string[] {
  const once = id === 'none' ? parts.filter(({ entry }) => entry['once'] === true) : []
  return once.map(
    ({ as }) => `the manifest sends the same requests again for each ${as}; here they are sent once`,
  )
}

const OF_TIME = 'its key is the moment at which a record was read: here their places tell records apart'

/** Each record has its own there, where it is when it was read; here it is when the run began. */
function isTime(added: Json | undefined): boolean {
  return added !== undefined && /^"\{now\}"$|\$now\b/.test(JSON.stringify(added))
}

type Mutable = Record<string, Json | undefined>

function requestConfig(
  request: RequestParts,
  partitions: Partitions,
  paging: Paging,
  needed: { readonly isForm: boolean } | undefined,
): Mutable {
  const query: Record<string, Json> = { ...request.query }
  const headers: Record<string, Json> = { ...request.headers }
  let body = request.body
  const put = ({ in: where, name, isForm = false }: Place, value: Json): void => {
    if (where === 'query') query[name] = value
    else if (where === 'header') headers[name] = value
    else body = withField(body ?? { [isForm ? 'form' : 'json']: {} }, name, value)
  }
  for (const { place, reference } of partitions.options) put(place, `{${reference}}`)
  if (paging.first !== undefined) put(paging.first.place, paging.first.value)
  if (body === undefined && needed !== undefined) body = { [needed.isForm ? 'form' : 'json']: {} }
  // With a body, POST is what no method stands for.
  const isMade = body !== undefined && request.body === undefined
  const method = request.method ?? (isMade ? 'GET' : undefined)
  return {
    path: request.path,
    ...(method !== undefined && { method }),
    ...(Object.keys(query).length > 0 && { query }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(body !== undefined && { body }),
  }
}

function goesIntoBody(paging: Paging, since: Since | undefined): boolean {
  return [...Object.values(paging.config), ...Object.values(since?.config ?? {})].some(
    one => typeof one === 'object' && one !== null && 'body' in one,
  )
}

function isMapping(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withField(body: Json, path: string, value: Json): Json {
  const [[kind, fields] = ['json', {}]] = Object.entries(body as Record<string, Json>)
  return { [kind]: withValue(fields, path.split('.'), value) }
}

function withValue(fields: Json | undefined, [key = '', ...rest]: readonly string[], value: Json): Json {
  if (!isMapping(fields) || key.includes('[')) {
    throw new Refusal('request option', 'a value goes into a place of the body that is not understood')
  }
  return { ...fields, [key]: rest.length === 0 ? value : withValue(fields[key] ?? {}, rest, value) }
}

function sinceConfig(since: Since, request: RequestParts, selection: Selection): Json {
  const { config } = since
  if (selection.sinceField !== undefined) return { ...config, filter: true }
  const isSent =
    config['param'] !== undefined ||
    config['untilParam'] !== undefined ||
    refersTo(request, ['since', 'until'])
  return isSent || config['filter'] !== undefined || config['order'] !== undefined
    ? config
    : { ...config, filter: false }
}

function idOf(key: Value | undefined, stream: Component, templates: Templates): Json {
  const ids = (Array.isArray(key) ? (key as readonly Value[]) : [key ?? []].flat())
    .map(one => {
      const steps = Array.isArray(one) ? (one as readonly Value[]) : [one]
      const names = steps.map(step => {
        const read = templates.read(step, stream)
        if (read.kind !== 'constant') throw templates.unknown(stream, 'primary_key', read)
        return str(read.value)
      })
      return pathText(names.filter(name => name !== ''))
    })
    .filter(id => id !== '')
  const [first] = ids
  if (first === undefined) return 'none'
  return ids.length === 1 ? first : ids
}
