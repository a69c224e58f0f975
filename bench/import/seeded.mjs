/** Chance from a text: the same text gives the same numbers. */
export class Seeded {
  constructor(text) {
    this.state = 2_166_136_261
    for (let index = 0; index < text.length; index += 1) {
      this.state = Math.imul(this.state ^ text.charCodeAt(index), 16_777_619)
    }
  }

  /** In [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  below(count) {
    return Math.floor(this.next() * count)
  }

  pick(list) {
    return list[this.below(list.length)]
  }
}
