/** An AsyncEngine with limiter, breaker and retry, full results: prints requests a second. Own process. */
import { AsyncEngine } from '@async-patterns/http/engines'

const [url, transport, seconds] = process.argv.slice(2)
const BATCH = 20_000
/** The compiler needs it: the first 5,000 requests cost six times what later ones do. */
const WARM_UP_MS = 2_000
const urls = Array.from({ length: BATCH }, () => url)
const engine = new AsyncEngine({
  maxConcurrent: 100,
  transport,
  connection: { maxConnections: 100 },
  circuitBreaker: { name: 'bench' },
  retryPolicy: { maxAttempts: 3 },
})

async function runFor(ms) {
  const startedAt = performance.now()
  let requests = 0
  while (performance.now() - startedAt < ms) {
    const { results, successCount } = await engine.run(urls.slice(0, batch))
    if (successCount !== results.length) throw new Error(`${results.length - successCount} requests failed`)
    requests += results.length
  }
  return (requests * 1_000) / (performance.now() - startedAt)
}

let batch = 1_000
const rate = await runFor(WARM_UP_MS)
batch = Math.min(BATCH, Math.max(1_000, Math.ceil(rate / 4)))
console.log(await runFor(Number(seconds) * 1_000))
await engine.close()
