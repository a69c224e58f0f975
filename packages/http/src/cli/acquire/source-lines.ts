import type { AcquireEvent } from '../../acquisition/index.js'

/** How one source stands, for a line of live progress. */
interface Standing {
  pages: number
  openPages: number
  records: number
  rejects: number
  retries: number
  breaker: string
  note: string
  /** Moments of the departures of the last seconds, for the rate. */
  departures: number[]
  /** Whether anything has happened since it was last told by `moved`. */
  hasMoved: boolean
}

/** How one source stands, for a line of the log. */
interface SourceProgress {
  readonly source: string
  readonly pages: number
  readonly openPages: number
  readonly records: number
  readonly rejects: number
  readonly retries: number
  readonly requestsPerSecond: number
  readonly breaker: string
}

const RATE_WINDOW_MS = 2_000

/** The events of a run as one line for each source: for a terminal or for a log. */
export class SourceLines {
  readonly #now: () => number
  readonly #sources = new Map<string, Standing>()

  constructor(now: () => number) {
    this.#now = now
  }

  add(event: AcquireEvent): void {
    if (event.type === 'run-opened') {
      for (const source of event.sources) this.#sources.set(source, newStanding())
    } else if ('source' in event) this.#addTo(this.#standingOf(event.source), event)
  }

  render(): string[] {
    const width = Math.max(0, ...[...this.#sources.keys()].map(name => name.length))
    return [...this.#sources].map(([name, standing]) => `${name.padEnd(width)}  ${this.#line(standing)}`)
  }

  /** How those sources stand to which something has happened since the last call. */
  moved(): SourceProgress[] {
    return [...this.#sources].flatMap(([source, standing]) => {
      if (!standing.hasMoved) return []
      standing.hasMoved = false
      const { pages, openPages, records, rejects, retries, breaker } = standing
      const requestsPerSecond = this.#rateOf(standing)
      return [{ source, pages, openPages, records, rejects, retries, requestsPerSecond, breaker }]
    })
  }

  #standingOf(source: string): Standing {
    let standing = this.#sources.get(source)
    if (standing === undefined) {
      standing = newStanding()
      this.#sources.set(source, standing)
    }
    return standing
  }

  #addTo(standing: Standing, event: Extract<AcquireEvent, { source: string }>): void {
    standing.hasMoved = true
    switch (event.type) {
      case 'departure':
        standing.departures.push(this.#now())
        if (event.attempt > 1) standing.retries += 1
        break
      case 'page-done':
        standing.pages += 1
        standing.openPages = event.openPages
        standing.records += event.records
        standing.rejects += event.rejects
        standing.note = ''
        break
      case 'attempt-failed':
        standing.note = `${event.code} (attempt ${event.attempt})`
        break
      case 'page-failed':
        standing.note = `failed: ${event.code}`
        break
      case 'throttled':
        standing.note = `quiet until ${timeOfDay(event.until)}, asked by ${event.askedBy}`
        break
      case 'notice':
        standing.note = event.message
        break
      case 'breaker':
        standing.breaker = event.to
        break
      case 'source-gave-up':
        standing.note = 'given up'
        break
    }
  }

  #rateOf(standing: Standing): number {
    const since = this.#now() - RATE_WINDOW_MS
    standing.departures = standing.departures.filter(at => at >= since)
    return (standing.departures.length * 1_000) / RATE_WINDOW_MS
  }

  /** What is as it should be is left out: a line has 80 columns. */
  #line(standing: Standing): string {
    return [
      `${standing.pages} pages (${standing.openPages} open)`,
      `${standing.records} records`,
      ...(standing.rejects === 0 ? [] : [`${standing.rejects} rejected`]),
      `${this.#rateOf(standing).toFixed(1)}/s`,
      ...(standing.retries === 0 ? [] : [`${standing.retries} retries`]),
      ...(standing.breaker === 'closed' ? [] : [`breaker ${standing.breaker}`]),
      ...(standing.note === '' ? [] : [standing.note]),
    ].join(' · ')
  }
}

/** As the clock on the wall shows it; with the day where that is another. */
export function timeOfDay(iso: string): string {
  const at = new Date(iso)
  const isToday = at.toDateString() === new Date().toDateString()
  const day = isToday ? '' : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `
  return `${day}${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`
}

const two = (value: number): string => `${value}`.padStart(2, '0')

function newStanding(): Standing {
  return {
    pages: 0,
    openPages: 1,
    records: 0,
    rejects: 0,
    retries: 0,
    breaker: 'closed',
    note: '',
    departures: [],
    hasMoved: false,
  }
}
