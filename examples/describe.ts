// What a stack comes to, and what is wrong with its order.
import { CircuitBreaker, compose, describe, RetryPolicy, SemaphoreLimiter, Timeout } from 'async-patterns'

const retry = new RetryPolicy({ maxAttempts: 4, baseDelayMs: 100, jitter: 'none' })
const limiter = new SemaphoreLimiter({ acquireTimeoutMs: 500 })
const breaker = new CircuitBreaker()
const timeout = new Timeout({ timeoutMs: 1_000 })

const good = describe(compose(retry, limiter, breaker, timeout))
console.log(`${good.attempts} attempts, ${good.waitMs} ms of waits, ${good.durationMs} ms at most`)
console.log(`warnings: ${good.warnings.length}`)

const bad = describe(compose(timeout, breaker, limiter, retry))
for (const { code, layers } of bad.warnings) console.log(code, layers.join(' '))

// Prints:
// 4 attempts, 2700 ms of waits, 6700 ms at most
// warnings: 0
// breaker-inside-timeout 0 1
// limiter-inside-timeout 0 2
// timeout-outside-retry 0 3
// limiter-inside-breaker 1 2
// retry-inside-breaker 1 3
// retry-inside-permits 2 3
// attempts-without-timeout 3
