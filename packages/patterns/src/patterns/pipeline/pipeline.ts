import { checkFunction, wrong } from '../../core/index.js'

/** Where items come from: anything that can be iterated. */
export type Source<T> = AsyncIterable<T> | Iterable<T>

type Step<A, B> = (input: A) => B

/**
 * Hands a source through stages, each a function from AsyncIterable to AsyncIterable, to the last function,
 * whose result it returns: `pipeline(pages, map(parse, { concurrency: 4 }), batch(), forEach(store))`.
 *
 * Items are pulled: nothing runs before the last function asks, and every stage holds a bounded number of
 * items. An error in any place ends all of it, upwards and downwards.
 * @throws TypeError for a source that cannot be iterated, or a stage that is no function.
 */
export function pipeline<A, B>(source: Source<A>, ab: Step<AsyncIterable<A>, B>): B
export function pipeline<A, B, C>(source: Source<A>, ab: Step<AsyncIterable<A>, B>, bc: Step<B, C>): C
export function pipeline<A, B, C, D>(
  source: Source<A>,
  ab: Step<AsyncIterable<A>, B>,
  bc: Step<B, C>,
  cd: Step<C, D>,
): D
export function pipeline<A, B, C, D, E>(
  source: Source<A>,
  ab: Step<AsyncIterable<A>, B>,
  bc: Step<B, C>,
  cd: Step<C, D>,
  de: Step<D, E>,
): E
export function pipeline<A, B, C, D, E, F>(
  source: Source<A>,
  ab: Step<AsyncIterable<A>, B>,
  bc: Step<B, C>,
  cd: Step<C, D>,
  de: Step<D, E>,
  ef: Step<E, F>,
): F
export function pipeline(source: Source<unknown>, ...steps: readonly Step<never, unknown>[]): unknown {
  const isSource = Symbol.asyncIterator in Object(source) || Symbol.iterator in Object(source)
  if (!isSource) throw wrong(TypeError, 'pipeline.source', source, 'what can be iterated')
  for (const [place, step] of steps.entries()) checkFunction(`pipeline.steps[${place}]`, step)
  const start: unknown = Symbol.asyncIterator in Object(source) ? source : inTurn(source as Iterable<unknown>)
  return steps.reduce((input, step) => step(input as never), start)
}

async function* inTurn<T>(source: Iterable<T>): AsyncGenerator<T, void> {
  yield* source
}
