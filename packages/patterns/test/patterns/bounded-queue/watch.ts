/** What a promise has come to, without waiting for it. */
export function watch<T>(promise: Promise<T>): {
  state: 'pending' | 'resolved' | 'rejected'
  value?: unknown
} {
  const seen: { state: 'pending' | 'resolved' | 'rejected'; value?: unknown } = { state: 'pending' }
  promise.then(
    value => Object.assign(seen, { state: 'resolved', value }),
    (error: unknown) => Object.assign(seen, { state: 'rejected', value: error }),
  )
  return seen
}
