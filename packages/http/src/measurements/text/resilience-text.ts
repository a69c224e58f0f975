import type { BreakerFindings, ResilienceReport, RetryFindings } from '../resilience-report.js'
import { fitted } from './lines.js'
import { checkLines, environmentLines } from './report-lines.js'

/** The resilience benchmark's report, for people. */
export function resilienceText(report: ResilienceReport): string {
  const { breaker, retry, passed } = report
  return [
    ...environmentLines(report),
    ...(breaker === null ? [] : ['', ...breakerLines(breaker.findings), ...checkLines(breaker.checks)]),
    ...(retry === null ? [] : ['', ...retryLines(retry.findings), ...checkLines(retry.checks)]),
    '',
    passed ? 'passed' : 'FAILED',
  ].join('\n')
}

function breakerLines({ transitions, outage, recovery, ...findings }: BreakerFindings): string[] {
  const { timeToOpenMs, timeToRecoverMs, leaked } = findings
  return fittedLines([
    'circuit breaker: all requests fail, then the server heals',
    ...transitions.map(
      ({ from, to, cause, atMs }) => `  ${atMs.toFixed(0).padStart(6)} ms  ${from} > ${to} (${cause})`,
    ),
    `  outage: ${outage.requests} requests, ${outage.sent} sent, ${outage.rejected} rejected at once`,
    `  recovery: ${recovery.requests} requests, ${recovery.succeeded} succeeded, goodput ${recovery.goodput.toFixed(0)}/s`,
    `  time to open ${shown(timeToOpenMs)}, leaked while open ${leaked}, time to recover ${shown(timeToRecoverMs)}`,
  ])
}

function fittedLines(lines: readonly string[]): string[] {
  return lines.flatMap(line => fitted(line, '    '))
}

function retryLines(findings: RetryFindings): string[] {
  const { requests, succeeded, succeededAtOnce, retries, budgetAllowed, budgetRefusals, amplification } =
    findings
  return fittedLines([
    'retry: half of all attempts fail',
    `  goodput ${succeeded} of ${requests}, without retries ${succeededAtOnce}`,
    `  ${retries} retries of ${budgetAllowed} that the budget allows, ${budgetRefusals} refused`,
    `  amplification ${amplification.toFixed(2)} attempts a request`,
  ])
}

function shown(ms: number | null): string {
  return ms === null ? 'never' : `${ms.toFixed(0)} ms`
}
