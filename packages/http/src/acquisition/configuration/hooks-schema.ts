import * as z from 'zod'
import { schemaParts } from '../schema/index.js'
import type { StreamHooks } from '../streams/index.js'

const { strict } = schemaParts

function hook<Name extends keyof StreamHooks>() {
  return z.custom<NonNullable<StreamHooks[Name]>>(value => typeof value === 'function', {
    error: 'a function, which only a pipeline in code has: pipeline.mjs',
  })
}

/** Code of a stream. A file of YAML has none. */
export const hooksSchema: z.ZodType<StreamHooks, StreamHooks> = strict({
  authorize: hook<'authorize'>().optional(),
  paginate: hook<'paginate'>().optional(),
  extract: hook<'extract'>().optional(),
  transform: hook<'transform'>().optional(),
  partition: hook<'partition'>().optional(),
}) as unknown as z.ZodType<StreamHooks, StreamHooks>

/** That hooks and what is declared fit together. */
export function withHooks<S extends z.ZodObject>(stream: S): S {
  return stream.superRefine((source, context) => {
    for (const [path, message] of misfits(source as Hooked))
      context.addIssue({ code: 'custom', path, message })
  })
}

/** A stream as far as its hooks go. */
interface Hooked {
  readonly hooks?: StreamHooks | undefined
  readonly pagination: { readonly type: string }
  readonly for?: object | undefined
  readonly records: unknown
}

function* misfits(stream: Hooked): Generator<readonly [path: string[], allowed: string]> {
  const { hooks = {}, pagination, records } = stream
  const isPaged = pagination.type === 'hook'
  const parts = [stream.for ?? []].flat().filter(part => 'hook' in part)
  if (hooks.paginate !== undefined && !isPaged)
    yield [['pagination', 'type'], 'hook, or no pagination at all, beside hooks.paginate']
  if (hooks.paginate === undefined && isPaged) yield [['pagination', 'type'], needs('hooks.paginate')]
  if (hooks.partition === undefined && parts.length > 0) yield [['for'], needs('hooks.partition')]
  if (hooks.partition !== undefined && parts.length !== 1)
    yield [['for'], 'one { hook: partition, as: NAME } beside hooks.partition, alone or in a list']
  if (hooks.extract !== undefined && records !== '') yield [['records'], 'none beside hooks.extract']
}

const needs = (name: string): string => `hook only beside ${name}, which a pipeline in code has: pipeline.mjs`

/** A stream whose code says how it is paged need not say so itself. */
export function withHookPaging(stream: unknown): unknown {
  if (typeof stream !== 'object' || stream === null || 'pagination' in stream) return stream
  const { hooks } = stream as { readonly hooks?: Partial<StreamHooks> }
  return hooks?.paginate === undefined ? stream : { ...stream, pagination: { type: 'hook' } }
}
