import type { BenchReport } from './read-measurement.js'

/** A report as `bench --output` writes it. JSON knows no Infinity: it is the text of that name. */
export function reportText(report: BenchReport): string {
  return `${JSON.stringify(report, (_, value: unknown) => (value === Infinity ? 'Infinity' : value), 2)}\n`
}
