import type { InferredTypes } from './inferred-types.js'
import { merged, typeOf } from './inferred-types.js'

/** Where there are more, their names are data. */
export const MOST_FIELDS = 1_000

interface Slot {
  readonly name: string
  /** Of all bits where nobody has to know them. */
  types: number
}

const DECLARED = -1

/** Collects the types of the fields of a page's records, but of those whose types are declared. */
export class TypesOfFields {
  /** In the order in which the fields of most records stand: the next one is seldom to be searched for. */
  readonly #slots: Slot[] = []
  readonly #byName = new Map<string, Slot>()

  constructor(declared: readonly string[]) {
    for (const name of declared) this.#byName.set(name, { name, types: DECLARED })
  }

  add(record: Readonly<Record<string, unknown>>): void {
    let place = 0
    for (const name in record) {
      const at = this.#slots[place]
      const slot = at?.name === name ? at : this.#slotOf(name, place)
      place += 1
      if (slot === undefined || slot.types === DECLARED) continue
      const type = typeOf(record[name], slot.types)
      if ((slot.types & type) === 0) slot.types = merged(slot.types, type)
    }
  }

  values(): InferredTypes {
    const found = [...this.#byName.values()].filter(({ types }) => types !== DECLARED)
    return Object.fromEntries(found.map(({ name, types }) => [name, types]))
  }

  #slotOf(name: string, place: number): Slot | undefined {
    let slot = this.#byName.get(name)
    if (slot === undefined) {
      // One more than are kept, so that it shows that there are.
      if (this.#byName.size > MOST_FIELDS) return undefined
      this.#byName.set(name, (slot = { name, types: 0 }))
    }
    this.#slots[place] ??= slot
    return slot
  }
}
