import { PageInvalidError } from '../page-invalid-error.js'

/** What a hook of a stream did wrong; another try may help, as with a page that cannot be read. */
export function hookFailure(
  hook: string,
  stream: string,
  problem: string,
  cause?: unknown,
): PageInvalidError {
  return new PageInvalidError('HOOK_FAILED', `hooks.${hook} of ${stream} ${problem}`, { cause })
}

/**
 * What the hook answers. What it throws is told with its name and place; a page that it could not read as its format
 * stays one.
 */
export async function answerOf<T>(hook: string, stream: string, call: () => T): Promise<Awaited<T>> {
  try {
    return await call()
  } catch (error) {
    throw error instanceof PageInvalidError ? error : hookFailure(hook, stream, thrownText(error), error)
  }
}

/** `threw: x is not a function (pipeline.mjs:12:5)` */
export function thrownText(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`
  const [, place] = /([^/\\()\s?]+)(?:\?[^:\s]*)?(?=:\d+:\d+\)?$)/m.exec(error.stack ?? '') ?? []
  const [, at] = /(:\d+:\d+)\)?$/m.exec(error.stack ?? '') ?? []
  return `threw: ${error.message}${place === undefined || at === undefined ? '' : ` (${place}${at})`}`
}
