import type { HookModule, ReadingHooks } from './reading-hooks.js'
import { READING_HOOKS } from './reading-hooks.js'
import { hookFailure, thrownText } from './hook-failure.js'

/** The hooks of a stream as functions of this thread. @throws PageInvalidError (rejects) where they are not there. */
export async function loadHooks({ url, places }: HookModule, stream: string): Promise<ReadingHooks> {
  const pipeline = await defaultExport(url, stream)
  const found = READING_HOOKS.flatMap(name => {
    const place = places[name]
    if (place === undefined) return []
    const hook = place.reduce<unknown>(child, pipeline)
    if (typeof hook !== 'function')
      throw hookFailure(name, stream, `is no function where a worker thread imports it (${url})`)
    return [[name, hook]]
  })
  return Object.fromEntries(found) as ReadingHooks
}

async function defaultExport(url: string, stream: string): Promise<unknown> {
  try {
    const module = (await import(/* @vite-ignore */ url)) as { readonly default?: unknown }
    return module.default
  } catch (error) {
    const problem = `cannot be imported in a worker thread: the module ${thrownText(error)}`
    throw hookFailure('*', stream, problem, error)
  }
}

function child(value: unknown, step: string | number): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string | number, unknown>)[step]
    : undefined
}
