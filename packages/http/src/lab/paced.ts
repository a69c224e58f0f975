import { systemClock } from 'async-patterns'

/**
 * The URL, `count` times, one every `everyMs` by a schedule of its own: a slow reader catches up, and loses
 * none.
 */
export async function* paced(
  url: string,
  count: number,
  everyMs: number,
  signal?: AbortSignal,
): AsyncGenerator<string, void> {
  const startedAt = systemClock.now()
  const within = signal === undefined ? undefined : { signal }
  for (let index = 0; index < count; index += 1) {
    signal?.throwIfAborted()
    const wait = startedAt + index * everyMs - systemClock.now()
    if (wait > 0) await systemClock.sleep(wait, within)
    yield url
  }
}
