import type { Roots } from '../references/index.js'
import { isComputed, parseTemplate, referencesOf, TemplateError } from '../references/index.js'
import {
  expressionReferences,
  foundParts,
  parentsOf,
  rootsOf,
  toldLater,
  toldNames,
  withInherited,
} from '../streams/index.js'
import type { ConfigProblem } from './config-error.js'
import type { ProblemContext } from './config-problems.js'
import type { PathStep } from './config-source.js'
import { pathText } from './config-source.js'
import type { PipelineFile, SourceFile } from './pipeline-schema.js'
import { streamNamed } from './resolve-config.js'
import type { WrittenStream } from './written-streams.js'

/** What is wrong with references, and with the streams that streams are taken for. */
export function referenceProblems(
  { sources }: PipelineFile,
  { file, written }: ProblemContext,
  streams: readonly WrittenStream[],
): readonly ConfigProblem[] {
  const names = sources.map(({ name }) => name)
  const ancestors = ancestorsIn(sources, streams, names)
  const related = withAncestors(sources, streams, names)
  return related.flatMap((stream, index) => {
    const told = (path: readonly PathStep[], message: string): ConfigProblem => {
      const place = written(['sources', index, ...path])
      return { path: pathText(place), place: file.placeOf(place), message: `${pathText(place)} ${message}` }
    }
    const { source = '' } = streams[index] ?? {}
    return [
      ...templateProblems(stream, told),
      ...absenceProblems(stream, told),
      ...windowProblems(stream, told),
      ...partProblems(stream, source, names, ancestors, told),
    ]
  })
}

/** Streams whose parts know the roots of their parents' parts. */
function withAncestors(
  sources: PipelineFile['sources'],
  streams: readonly WrittenStream[],
  names: readonly string[],
): SourceFile[] {
  const fullName = (each: string, index: number) => streamNamed(each, streams[index]?.source ?? '', names)
  const parts = sources.map((stream, index) =>
    partsOf(stream).map(part =>
      'each' in part ? { ...part, each: fullName(part.each, index) ?? '' } : part,
    ),
  )
  const partsNamed = (name: string) => parts[names.indexOf(name)]
  return sources.map((stream, index) => {
    if (stream.for === undefined) return stream
    const inherited = withInherited(parts[index] ?? [], partsNamed)
    const own = partsOf(stream).map((part, at) => ({ ...inherited[at], ...part }))
    return { ...stream, for: Array.isArray(stream.for) ? own : own[0] }
  })
}

/** A stream itself and all for whose records it is taken, however far up. */
function ancestorsIn(
  sources: PipelineFile['sources'],
  streams: readonly WrittenStream[],
  names: readonly string[],
): (name: string) => ReadonlySet<string> {
  const parents = new Map(
    sources.map((stream, index) => [
      stream.name,
      parentsOf(partsOf(stream)).flatMap(
        ({ each }) => streamNamed(each, streams[index]?.source ?? '', names) ?? [],
      ),
    ]),
  )
  return name => {
    const found = new Set([name])
    for (const one of found) for (const parent of parents.get(one) ?? []) found.add(parent)
    return found
  }
}

type Tell = (path: readonly PathStep[], message: string) => ConfigProblem

function partsOf({ for: parts }: SourceFile): readonly Part[] {
  return parts === undefined ? [] : [parts].flat()
}

type Part = NonNullable<SourceFile['for']> extends infer F ? (F extends readonly (infer P)[] ? P : F) : never

function templateProblems(stream: SourceFile, tell: Tell): ConfigProblem[] {
  const used = new Set<string>()
  const problems = [...templatesOf(stream)].flatMap(({ path, text }) => {
    try {
      for (const { root } of referencesOf(parseTemplate(text, rootsAt(path, stream)))) used.add(root)
      return []
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      return [tell(path, `is ${JSON.stringify(text)}: ${error.message}`)]
    }
  })
  if (problems.length > 0) return problems
  return foundParts(partsOf(stream))
    .filter(part => !('each' in part && part.once) && !used.has(part.as) && !computesWith(stream, part.as))
    .map(part => {
      const [from, remedy] =
        'each' in part ? [part.each, '; once: true takes it once'] : ['hooks.partition', '']
      const needed = `{${part.as}.FIELD}${remedy}`
      return tell(['for'], `is taken for each record of ${from}, and its requests do not refer to ${needed}`)
    })
}

/** A page belongs to a request; a record's added fields know none. */
function rootsAt([key]: readonly PathStep[], stream: SourceFile): Roots {
  const { since, pagination } = stream
  return rootsOf(partsOf(stream), since !== undefined, key === 'add' ? [] : toldNames(pagination))
}

/** Whether a computed value of its requests refers to the root. */
function computesWith(stream: SourceFile, root: string): boolean {
  const { path, query, headers, body } = stream
  const roots = rootsAt([], stream)
  return expressionsIn([path, query, headers, body]).some(expr =>
    expressionReferences(expr, roots).some(reference => reference.root === root),
  )
}

function expressionsIn(value: unknown): string[] {
  if (isComputed(value)) return [value.expr]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(expressionsIn) : []
}

/** All texts of a request in which references may stand. */
function* templatesOf(
  stream: SourceFile,
): Generator<{ readonly path: readonly PathStep[]; readonly text: string }> {
  const { path, query, headers, body, add = {} } = stream
  yield* textsIn(path, ['path'])
  yield* textsIn(query, ['query'])
  yield* textsIn(headers, ['headers'])
  for (const [name, value] of Object.entries(add))
    if (typeof value === 'string') yield* textsIn(value, ['add', name])
  if (body === undefined) return
  if ('graphql' in body) yield* textsIn(body.graphql.variables, ['body', 'graphql', 'variables'])
  else yield* textsIn(body, ['body'])
}

function* textsIn(
  value: unknown,
  path: readonly PathStep[],
): Generator<{ readonly path: readonly PathStep[]; readonly text: string }> {
  if (typeof value === 'string') yield { path, text: value }
  if (typeof value !== 'object' || value === null || isComputed(value)) return
  const isArray = Array.isArray(value)
  for (const [key, item] of Object.entries(value))
    yield* textsIn(item, [...path, isArray ? Number(key) : key])
}

/** Without a value it can be left out only where it is all of a parameter, a header or a JSON value. */
function absenceProblems(stream: SourceFile, tell: Tell): ConfigProblem[] {
  const absent = absentIn(stream)
  if (absent.size === 0) return []
  return [...templatesOf(stream)].flatMap(({ path, text }) => {
    const [found] = namesIn(text, rootsAt(path, stream)).filter(name => absent.has(name))
    if (found === undefined || (path[0] !== 'path' && text === `{${found}}`)) return []
    return [tell(path, `is ${JSON.stringify(text)}: {${found}} ${absent.get(found) ?? ''}`)]
  })
}

/** Each window has pages of its own, and its ends come but once. */
function windowProblems(stream: SourceFile, tell: Tell): ConfigProblem[] {
  const parts = partsOf(stream)
  const sent = [...templatesOf(stream)].filter(({ path }) => path[0] !== 'add')
  const names = sent.flatMap(({ path, text }) => namesIn(text, rootsAt(path, stream)))
  return parts.flatMap((part, index) => {
    if (!('windows' in part)) return []
    const at = Array.isArray(stream.for) ? ['for', index] : ['for']
    const { as } = part
    if (stream.since !== undefined) return [tell(at, 'is windows beside since; since.window is for that')]
    const isSent = names.some(name => name.startsWith(`${as}.`)) || computesWith(stream, as)
    return isSent
      ? []
      : [tell(at, `is windows, and its requests do not refer to {${as}.from} or {${as}.until}`)]
  })
}

/** The references that have no value everywhere, and when. */
function absentIn({ since, pagination }: SourceFile): ReadonlyMap<string, string> {
  const absent = new Map<string, string>()
  if (since !== undefined && since.start === undefined)
    absent.set('since', 'has no value in the first run without since.start')
  const [told] = toldLater(pagination) ? toldNames(pagination) : []
  if (told !== undefined) absent.set(`pagination.${told}`, 'has no value on the first page')
  return absent
}

function namesIn(text: string, roots: Roots): string[] {
  try {
    return referencesOf(parseTemplate(text, roots)).map(({ name }) => name)
  } catch {
    return []
  }
}

function partProblems(
  stream: SourceFile,
  source: string,
  names: readonly string[],
  ancestors: (name: string) => ReadonlySet<string>,
  tell: Tell,
): ConfigProblem[] {
  const parts = partsOf(stream)
  const at = (index: number): PathStep[] => (Array.isArray(stream.for) ? ['for', index] : ['for'])
  const parents = parts.flatMap((part, index) => ('each' in part ? [{ part, index }] : []))
  const found = foundParts(parts).length
  const twice = parts.findIndex((part, index) => parts.findIndex(({ as }) => as === part.as) < index)
  return [
    ...parents
      .filter(({ part }) => part.onlyChanged && (part.batch !== undefined || found > 1))
      .map(({ index }) => tell([...at(index), 'onlyChanged'], 'is true; allowed is one each, without batch')),
    ...parents
      .filter(({ part }) => part.once && (part.batch !== undefined || part.onlyChanged))
      .map(({ index }) =>
        tell([...at(index), 'once'], 'is true; allowed is one without batch and onlyChanged'),
      ),
    ...(twice < 0 ? [] : [tell([...at(twice), 'as'], `is ${JSON.stringify(parts[twice]?.as)} twice`)]),
    ...parents.flatMap(({ part, index }) => {
      const named = streamNamed(part.each, source, names)
      if (named !== undefined && !ancestors(named).has(stream.name)) return []
      const others = names.filter(name => name !== stream.name).join(', ')
      return [
        tell(
          [...at(index), 'each'],
          `is ${JSON.stringify(part.each)}; allowed is another stream, not one that is taken for this one: ${others}`,
        ),
      ]
    }),
  ]
}
