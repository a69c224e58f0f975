/** A clock on which time passes faster, so that waits for retries do not hold up thousands of streams. */
export class FastClock {
  constructor(clock, factor) {
    Object.assign(this, { clock, factor, start: clock.now(), wallStart: clock.wallNow() })
  }

  now() {
    return this.start + (this.clock.now() - this.start) * this.factor
  }

  wallNow() {
    return this.wallStart + (this.clock.wallNow() - this.wallStart) * this.factor
  }

  setTimer(callback, delayMs) {
    return this.clock.setTimer(callback, delayMs / this.factor)
  }

  clearTimer(timer) {
    this.clock.clearTimer(timer)
  }

  sleep(delayMs, within) {
    return this.clock.sleep(delayMs / this.factor, within)
  }
}
