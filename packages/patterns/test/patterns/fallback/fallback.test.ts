import { Fallback } from 'async-patterns'
import { expect, test, vi } from 'vitest'

const fails = () => Promise.reject(new Error('down'))

test('a value stands in for an error, and for nothing else', async () => {
  const orNull = new Fallback({ fallback: null })
  expect(await orNull.execute(fails)).toBeNull()
  expect(await orNull.execute(() => 'fine')).toBe('fine')
  expect(await new Fallback({ fallback: undefined }).execute(fails)).toBeUndefined()
})

test('a function is told what it replaces', async () => {
  const told = new Fallback({ fallback: outcome => Promise.resolve(outcome) })
  expect(await told.execute(fails)).toEqual({ ok: false, error: new Error('down') })
})

test('an operation that throws at once is replaced too', async () => {
  const orNull = new Fallback({ fallback: null })
  const throws = () => {
    throw new Error('at once')
  }
  expect(await orNull.execute(throws)).toBeNull()
})

test('a caller who has given up gets the own reason, not a substitute', async () => {
  const reason = new Error('gone')
  const orNull = new Fallback({ fallback: null })
  const aborts = (context: { signal: AbortSignal }) => Promise.reject(context.signal.reason)
  await expect(orNull.execute(aborts, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('a bad value is replaced when asked for, and discarded', async () => {
  const discard = vi.fn<(value: unknown) => void>()
  const cached = new Fallback<string, { status: number }>({
    fallback: 'cached',
    when: outcome => !outcome.ok || outcome.value.status >= 500,
    discard,
  })
  expect(await cached.execute(() => ({ status: 503 }))).toBe('cached')
  expect(await cached.execute(() => ({ status: 200 }))).toEqual({ status: 200 })
  expect(discard.mock.calls).toEqual([[{ status: 503 }]])
})

test('an error that is not asked for passes through unchanged', async () => {
  const never = new Fallback({ fallback: null, when: () => false })
  await expect(never.execute(fails)).rejects.toThrow('down')
})

test('what the fallback throws is what the caller gets', async () => {
  const broken = new Fallback({
    fallback: () => {
      throw new Error('cache is down too')
    },
  })
  await expect(broken.execute(fails)).rejects.toThrow('cache is down too')
})

test('each replacement is an event', async () => {
  const orNull = new Fallback({ fallback: null })
  const seen: unknown[] = []
  using _ = orNull.subscribe(event => seen.push(event))
  await orNull.execute(fails)
  await orNull.execute(() => 1)
  expect(seen).toEqual([{ type: 'fallback', outcome: { ok: false, error: new Error('down') } }])
})

test('an option that is missing or of the wrong kind is refused by name', () => {
  expect(() => new Fallback({} as { fallback: null })).toThrow(/Fallback\.fallback is missing/)
  expect(() => new Fallback({ fallback: null, when: true as unknown as () => boolean })).toThrow(TypeError)
})
