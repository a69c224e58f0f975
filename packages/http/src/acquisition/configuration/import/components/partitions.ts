import { isList, literal, str } from '../jinja/index.js'
import type { Place } from '../emit/places.js'
import { placeOf } from '../emit/places.js'
import type { Json } from '../emit/values.js'
import { literalText } from '../emit/values.js'
import type { Component, Value } from '../manifest/component.js'
import { componentsOf, textOf } from '../manifest/component.js'
import { Refusal, refusingAt } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import { childOf } from '../manifest/templates.js'

type Keys = readonly (string | number)[]

/** A stream that another is taken for, as far as its children have to know it. */
export interface Parent {
  /** As the manifest calls it. */
  readonly name: string
  readonly partitions: Partitions
  /** Where a field of its records is found: one that it adds may stand elsewhere in the raw ones. */
  readonly fieldPath: (keys: readonly (string | number)[]) => string
}

/** One of them, as it stands in `for`. */
export interface Part {
  readonly as: string
  /** The entry of `for`; a parent's name is put in when it is known. */
  readonly entry: Readonly<Record<string, Json | undefined>>
  readonly parent?: Parent | undefined
}

/** What a stream is taken in parts by. */
export interface Partitions {
  readonly parts: readonly Part[]
  /** The reference to what stands at this way into the slice: `project.id`. */
  readonly reference: (keys: readonly (string | number)[]) => string | undefined
  /** What is the same in all partitions. */
  readonly fixed: (keys: Keys) => string | number | boolean | undefined
  /** Values of the parts that go into each request. */
  readonly options: readonly { readonly place: Place; readonly reference: string }[]
}

const NO_PARTITIONS: Partitions = {
  parts: [],
  reference: () => undefined,
  fixed: () => undefined,
  options: [],
}

/** What is needed to convert partition routers. */
export interface PartitionContext {
  readonly templates: Templates
  readonly parentOf: (stream: Component) => Parent
}

/** And the names that parts of the same stream have. */
interface RouterContext extends PartitionContext {
  readonly taken: Set<string>
}

/** Converts a partition router, or a list of them. @throws Refusal for one that has no counterpart. */
export function partitionsOf(value: Value | undefined, context: PartitionContext): Partitions {
  const own = { ...context, taken: new Set<string>() }
  const all = componentsOf(value).map(router =>
    refusingAt(context.templates.lines, router, 'type', () => routerOf(router, own)),
  )
  return all.length === 0 ? NO_PARTITIONS : product(all)
}

function product(all: readonly Partitions[]): Partitions {
  const names = all.flatMap(({ parts }) => parts.map(({ as }) => as))
  if (new Set(names).size < names.length) throw new Refusal('partitions', 'two partitions have the same name')
  const parts = all.flatMap(one => one.parts)
  const isOfSeveral = parts.filter(({ parent }) => parent !== undefined).length > 1
  return {
    parts: isOfSeveral ? parts.map(withAllRecords) : parts,
    reference: keys => {
      const [found] = all.flatMap(one => {
        const reference = one.reference(keys)
        return reference === undefined ? [] : [own(reference, one, all)]
      })
      return found
    },
    fixed: keys => all.map(one => one.fixed(keys)).find(one => one !== undefined),
    options: all.flatMap(one =>
      one.options.map(option => ({ ...option, reference: own(option.reference, one, all) })),
    ),
  }
}

/** Of several parents all records are taken: those that did not change have the same children again. */
function withAllRecords(part: Part): Part {
  return { ...part, entry: { ...part.entry, onlyChanged: undefined } }
}

/** A reference; not one to a parent's own parent that another part is called like. */
function own(reference: string, { parts }: Partitions, all: readonly Partitions[]): string {
  const [root = ''] = /^[\w-]+/.exec(reference) ?? []
  const others = all.filter(one => ancestorsOf(one).has(root))
  if (others.length > 1 && !parts.some(({ as }) => as === root))
    throw new Refusal('several parents', `a parent's own parent ${root}, and another part is called so`)
  return reference
}

function routerOf(router: Component, context: RouterContext): Partitions {
  switch (router['type']) {
    case 'SubstreamPartitionRouter':
      return substreams(router, context)
    case 'ListPartitionRouter':
      return list(router, context.templates)
    case 'CartesianProductStreamSlicer':
      return product(componentsOf(router['stream_slicers']).map(one => routerOf(one, context)))
    case 'GroupingPartitionRouter':
      return grouped(router, context)
    default: {
      const { class_name: custom, type } = router
      throw custom === undefined
        ? new Refusal('partitions', `${textOf(type)} has no counterpart`)
        : new Refusal('custom component', `partition router ${textOf(custom)}`)
    }
  }
}

function list(router: Component, templates: Templates): Partitions {
  const field = templates.text(router, 'cursor_field') ?? ''
  const as = rootName(field)
  const option = childOf(router, 'request_option')
  const values = valuesOf(router, templates)
  const [only, ...more] = Array.isArray(values) ? (values as readonly (string | number | boolean)[]) : []
  const isOwn = (keys: Keys): boolean => keys.length === 1 && keys[0] === field
  const fixed = more.length > 0 || /\$\{/.test(String(only)) ? undefined : only
  return {
    parts: [{ as, entry: { values, as } }],
    reference: keys => (isOwn(keys) ? as : undefined),
    fixed: keys => (isOwn(keys) ? fixed : undefined),
    options: option === undefined ? [] : [{ place: placeOf(templates, option), reference: as }],
  }
}

function valuesOf(router: Component, templates: Templates): Json {
  const { values } = router
  if (Array.isArray(values)) {
    return (values as readonly Value[]).map(one => {
      const read = templates.read(one, router)
      if (read.kind === 'constant') return scalar(read.value)
      if (read.kind === 'setting') return `\${${read.variable}}`
      throw templates.unknown(router, 'values', read)
    })
  }
  const read = templates.of(router, 'values')
  if (read.kind === 'setting') return `\${${read.variable}}`
  if (read.kind !== 'constant') throw templates.unknown(router, 'values', read)
  const known = typeof read.value === 'string' ? literal(read.value) : read.value
  if (known === undefined || known === null || known === '')
    throw templates.notGiven(router, 'values', 'the list of values is not set')
  return isList(known) ? known.map(scalar) : String(scalar(known))
}

function scalar(value: unknown): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'string') return literalText(value)
  throw new Refusal('partitions', 'a value of a list is no text or number')
}

function grouped(router: Component, context: RouterContext): Partitions {
  const inner = childOf(router, 'underlying_partition_router')
  const size = context.templates.literal(router, 'group_size')
  if (inner === undefined || typeof size !== 'number')
    throw new Refusal('partitions', 'the groups are not understood')
  const partitions = routerOf(inner, context)
  const [part] = partitions.parts
  if (partitions.parts.length !== 1 || part?.parent === undefined) {
    throw new Refusal('partitions', 'groups of anything but the records of a parent')
  }
  return { ...partitions, parts: [{ ...part, entry: { ...part.entry, batch: size } }] }
}

function substreams(router: Component, context: RouterContext): Partitions {
  const configs = componentsOf(router['parent_stream_configs'])
  const [config] = configs
  if (config === undefined) throw new Refusal('partitions', 'there is no parent')
  if (configs.length > 1)
    throw new Refusal('several parents', 'the records of several parents one after the other')
  return substream(config, context)
}

function substream(config: Component, { templates, parentOf, taken }: RouterContext): Partitions {
  const stream = childOf(config, 'stream')
  if (stream === undefined) throw new Refusal('partitions', 'the parent has no stream')
  const parent = parentOf(stream)
  const field = templates.text(config, 'partition_field') ?? ''
  const key = (templates.text(config, 'parent_key') ?? '').split('/').filter(Boolean)
  const as = parentName(parent, taken)
  taken.add(as)
  const option = childOf(config, 'request_option')
  const isChanged = config['incremental_dependency'] === true
  return {
    parts: [{ as, parent, entry: { each: '', as, ...(isChanged && { onlyChanged: true }) } }],
    reference: keys => {
      const [first, ...rest] = keys
      if (first === field)
        return key.length + rest.length === 0 ? undefined : referenceTo(parent, as, [...key, ...rest])
      if (first === 'parent_slice') return parent.partitions.reference(rest)
      if (first === 'extra_fields') return extraField(config, templates, parent, as, rest)
      return undefined
    },
    fixed: ([first, ...rest]) => (first === 'parent_slice' ? parent.partitions.fixed(rest) : undefined),
    options:
      option === undefined
        ? []
        : [{ place: placeOf(templates, option), reference: referenceTo(parent, as, key) }],
  }
}

function referenceTo({ fieldPath }: Parent, as: string, keys: Keys): string {
  if (keys.length === 0) throw new Refusal('partitions', 'the whole record of the parent would be the value')
  const path = fieldPath(keys)
  return path.startsWith('[') ? as + path : `${as}.${path}`
}

function extraField(
  config: Component,
  templates: Templates,
  parent: Parent,
  as: string,
  [name, ...rest]: readonly (string | number)[],
): string | undefined {
  const { extra_fields: fields } = config
  const paths = Array.isArray(fields) ? (fields as readonly Value[]) : []
  const steps = paths
    .filter((one): one is readonly Value[] => Array.isArray(one))
    .map(path =>
      path.map(step => {
        const read = templates.read(step, config)
        return read.kind === 'constant' ? str(read.value) : ''
      }),
    )
  const found = steps.find(path => path.join('.') === name)
  return found === undefined ? undefined : referenceTo(parent, as, [...found, ...rest])
}

/** In the singular, and no other than those of its own parents and of the parts beside it. */
function parentName({ name, partitions }: Parent, others: ReadonlySet<string>): string {
  const singular = name.replace(/ies$/, 'y').replace(/(?<!s)s$/, '')
  const ancestors = ancestorsOf(partitions)
  let as = rootName(singular)
  while (ancestors.has(as)) as = `${as}_child`
  let free = as
  for (let next = 2; others.has(free); next++) free = `${as}_${next}`
  return free
}

/** The roots of a stream's parts, and of its parents'. */
function ancestorsOf({ parts }: Partitions): Set<string> {
  return new Set(
    parts.flatMap(({ as, parent }) => [as, ...(parent === undefined ? [] : ancestorsOf(parent.partitions))]),
  )
}

const TAKEN: ReadonlySet<string> = new Set(['since', 'until', 'now', 'run', 'pagination'])

function rootName(text: string): string {
  const name = text.replace(/[^\w-]+/g, '_')
  if (TAKEN.has(name)) return `${name}_value`
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`
}
