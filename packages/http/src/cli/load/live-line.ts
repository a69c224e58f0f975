import type { LoadProgress } from '../../lab/index.js'

const TO_LINE_START_AND_CLEAR = '\r\u001B[K'

/** How a load goes, on one line of a terminal, redrawn in place. */
export class LiveLine implements Disposable {
  readonly #terminal: NodeJS.WriteStream

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal
  }

  show({ atMs, perSecond, p50Ms, p99Ms, errors }: LoadProgress): void {
    const seconds = `${Math.round(atMs / 1_000)} s`.padStart(6)
    const line = `${seconds}  ${Math.round(perSecond)}/s  p50 ${ms(p50Ms)}  p99 ${ms(p99Ms)}  errors ${errors}`
    this.#terminal.write(`${TO_LINE_START_AND_CLEAR}${line.slice(0, this.#terminal.columns - 1)}`)
  }

  [Symbol.dispose](): void {
    this.#terminal.write(TO_LINE_START_AND_CLEAR)
  }
}

function ms(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(2)} ms`
}
