import type { BreakerFindings, Judged, ResilienceReport, RetryFindings } from '../../measurements/index.js'
import { benchHeading } from '../bench-heading.js'
import { BenchTarget } from '../bench-target.js'
import { check } from '../check.js'
import { runBreakerScenario } from './breaker-scenario.js'
import { resilienceSettings } from './resilience-options.js'
import type { ResilienceBenchmarkOptions, ResilienceSettings } from './resilience-options.js'
import { runRetryScenario } from './retry-scenario.js'

/** Beyond the open state's own time: a timer, three probes and a busy machine. */
const RECOVERY_SLACK_MS = 1_000

/**
 * Failures on purpose against a mock server, and whether breaker and retry do what they are for, by stated
 * criteria. A breaker that never opened has not recovered: that is a failure. Rejects when the mock cannot
 * run, with the signal's reason, or with TypeError or RangeError for a wrong option.
 */
export async function runResilienceBenchmark(
  options?: ResilienceBenchmarkOptions,
): Promise<ResilienceReport> {
  const settings = resilienceSettings(options)
  const heading = await benchHeading('resilience')
  await using target = await BenchTarget.open(settings)
  const breaker = settings.breaker ? judgeBreaker(await runBreakerScenario(settings, target), settings) : null
  const retry = settings.retry ? judgeRetry(await runRetryScenario(settings, target), settings) : null
  const checks = [...(breaker?.checks ?? []), ...(retry?.checks ?? [])]
  // The scenarios set the share of errors themselves.
  const { signal: _signal, onTransition: _listener, mockErrorRate: _share, ...config } = settings
  return { ...heading, config, breaker, retry, passed: checks.every(({ met }) => met) }
}

function judgeBreaker(
  findings: BreakerFindings,
  { openStateDurationMs, requestCount }: Pick<ResilienceSettings, 'openStateDurationMs' | 'requestCount'>,
): Judged<BreakerFindings> {
  const { outage, recovery, leaked, probesAllowed, timeToOpenMs, timeToRecoverMs } = findings
  const path = statesInOutage(findings)
  const answered = outage.requests + recovery.requests
  const opened = timeToOpenMs !== null
  const limitMs = openStateDurationMs + RECOVERY_SLACK_MS
  return {
    findings,
    checks: [
      check(
        'every request has a result',
        answered === 2 * requestCount,
        `${answered} of ${2 * requestCount}`,
      ),
      check('the breaker opens', opened, opened ? `after ${Math.round(timeToOpenMs)} ms` : 'it never opened'),
      check(
        'under errors it goes closed > open > half-open, by its events',
        path.startsWith('closed > open > half-open'),
        path,
      ),
      check(
        'calls are rejected while it is open',
        outage.rejected > 0,
        `${outage.rejected} of ${outage.requests}`,
      ),
      check(
        'only probes reach the failing server after it opened',
        opened && leaked <= probesAllowed,
        `${leaked} leaked, ${probesAllowed} probes allowed`,
      ),
      check(
        'the server counted what was let through',
        outage.serverRequests === outage.sent && recovery.serverRequests === recovery.sent,
        `${outage.serverRequests} + ${recovery.serverRequests} counted, ${outage.sent} + ${recovery.sent} sent`,
      ),
      check(
        `it closes within ${limitMs} ms of the server's healing`,
        opened && timeToRecoverMs !== null && timeToRecoverMs <= limitMs,
        timeToRecoverMs === null ? 'it did not close' : `after ${Math.round(timeToRecoverMs)} ms`,
      ),
      check(
        'no request fails after it closed',
        opened && timeToRecoverMs !== null && findings.failedAfterClosing === 0,
        `${findings.failedAfterClosing} failed, ${recovery.succeeded} of ${recovery.requests} succeeded`,
      ),
    ],
  }
}

function statesInOutage({ transitions, healedAtMs }: BreakerFindings): string {
  const before = transitions.filter(({ atMs }) => atMs < healedAtMs)
  return ['closed', ...before.map(({ to }) => to)].join(' > ')
}

function judgeRetry(
  findings: RetryFindings,
  { requestCount, maxAttempts }: Pick<ResilienceSettings, 'requestCount' | 'maxAttempts'>,
): Judged<RetryFindings> {
  const { requests, serverRequests, serverFailures, retries, budgetAllowed, succeeded, succeededAtOnce } =
    findings
  const failedShare = serverFailures / serverRequests
  return {
    findings,
    checks: [
      check('every request has a result', requests === requestCount, `${requests} of ${requestCount}`),
      check('about half of the attempts fail', failedShare > 0.3 && failedShare < 0.7, percent(failedShare)),
      check('there are retries', retries > 0, `${retries}`),
      check(
        'retries stay within the budget',
        retries <= budgetAllowed,
        `${retries} of ${budgetAllowed}, ${findings.budgetRefusals} refused`,
      ),
      check(
        'the server counted the requests and the retries',
        serverRequests === requests + retries,
        `${serverRequests} counted, ${requests} + ${retries} sent`,
      ),
      check(
        'delays follow the backoff',
        findings.wrongDelays.length === 0,
        `${findings.wrongDelays.length} of ${retries} do not`,
      ),
      check(
        `amplification is at most ${maxAttempts}`,
        findings.amplification <= maxAttempts,
        `${findings.amplification.toFixed(2)} attempts a request`,
      ),
      check(
        'retries help: more succeed than at the first attempt',
        succeeded > succeededAtOnce,
        `${succeeded} instead of ${succeededAtOnce} of ${requests}`,
      ),
    ],
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
