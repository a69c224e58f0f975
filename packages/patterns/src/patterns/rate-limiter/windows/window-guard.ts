/**
 * Keeps count of departures, so that no half-open window of `windowMs` holds more than `maxRequests` of them.
 *
 * There are `maxRequests` places. One is taken when a departure is granted, and comes free `windowMs`
 * after it has departed. A departure whose moment is not known yet keeps its place without limit,
 * since it could still fall into any window to come; so whatever the delay between grant and
 * departure, no window is overfull.
 */
export class WindowGuard {
  #maxRequests: number
  #windowMs: number
  /** A ring of the moments of departure in rising order; its length is a power of two. */
  #ring = new Float64Array(0)
  #first = 0
  #count = 0
  /** Granted, moment not known yet. */
  #unknown = 0

  constructor(maxRequests: number, windowMs: number) {
    this.#maxRequests = maxRequests
    this.#windowMs = windowMs
  }

  get maxRequests(): number {
    return this.#maxRequests
  }

  get windowMs(): number {
    return this.#windowMs
  }

  /** What has departed stays counted; a longer window reaches back as far as the shorter one did. */
  setLimit(maxRequests: number, windowMs: number): void {
    this.#maxRequests = maxRequests
    this.#windowMs = windowMs
  }

  /** The moment from which all places are free; Infinity while a departure's moment is not known. */
  get idleAt(): number {
    if (this.#unknown > 0) return Infinity
    return this.#count === 0 ? -Infinity : this.#at(this.#count - 1) + this.#windowMs
  }

  /** The moment from which `needed` places are free; Infinity if that hangs on departures not known yet. */
  readyAt(needed: number): number {
    const missing = this.#count + this.#unknown + needed - this.#maxRequests
    if (missing <= 0) return -Infinity
    return missing > this.#count ? Infinity : this.#at(missing - 1) + this.#windowMs
  }

  /** As `Rate.waitMs`, as far as the window alone counts. */
  waitMs(now: number, cost: number, ahead: number): number {
    const wholeWindows = Math.ceil((ahead + cost) / this.#maxRequests) - 1
    const rest = ahead + cost - wholeWindows * this.#maxRequests
    return Math.max(this.readyAt(rest) - now, 0) + wholeWindows * this.#windowMs
  }

  /** `count` places are taken by departures at `now`. */
  add(now: number, count: number): void {
    this.#forget(now)
    for (let added = 0; added < count; added += 1) this.#insert(now)
  }

  /** The `count` places taken last are held by departures whose moments will be known later. */
  hold(count: number): void {
    this.#count -= count
    this.#unknown += count
  }

  /** Holds `count` places more, whether they are free or not. */
  reserve(count: number): void {
    this.#unknown += count
  }

  /** `count` held places departed at `at`. */
  settle(at: number, count: number): void {
    this.#unknown -= count
    for (let added = 0; added < count; added += 1) this.#insert(at)
  }

  /** `count` held places will never depart. */
  release(count: number): void {
    this.#unknown -= count
  }

  /** A departure that was counted at `at` counts at `later` instead; none when it has left the window. */
  postpone(at: number, later: number): void {
    let place = this.#count - 1
    while (place >= 0 && this.#at(place) > at) place -= 1
    if (place < 0 || this.#at(place) < at) return
    for (; place < this.#count - 1; place += 1) this.#put(place, this.#at(place + 1))
    this.#count -= 1
    this.#insert(later)
  }

  #forget(now: number): void {
    while (this.#count > 0 && this.#at(0) + this.#windowMs <= now) {
      this.#first = (this.#first + 1) & (this.#ring.length - 1)
      this.#count -= 1
    }
  }

  /** Reports come nearly in order, so few steps find the place. */
  #insert(at: number): void {
    if (this.#count === this.#ring.length) this.#grow()
    let place = this.#count
    this.#count += 1
    for (; place > 0 && this.#at(place - 1) > at; place -= 1) this.#put(place, this.#at(place - 1))
    this.#put(place, at)
  }

  #at(place: number): number {
    return this.#ring[(this.#first + place) & (this.#ring.length - 1)] as number
  }

  #put(place: number, at: number): void {
    this.#ring[(this.#first + place) & (this.#ring.length - 1)] = at
  }

  #grow(): void {
    const larger = new Float64Array(Math.max(8, this.#ring.length * 2))
    for (let place = 0; place < this.#count; place += 1) larger[place] = this.#at(place)
    this.#ring = larger
    this.#first = 0
  }
}
