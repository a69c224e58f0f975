/** One that can stand in a LinkedList. It is its own link, so entering and leaving allocate nothing. */
export interface Linked<N> {
  previous: N | undefined
  next: N | undefined
}

/**
 * A doubly linked list of nodes that are their own links. Entering at the end and leaving from any place take
 * constant time. A node stands in one list at a time; `previous` and `next` are the list's own to write.
 */
export class LinkedList<N extends Linked<N>> {
  #first: N | undefined
  #last: N | undefined
  #size = 0

  /** How many nodes are in it. */
  get size(): number {
    return this.#size
  }

  /** The one that has been in it longest. */
  get first(): N | undefined {
    return this.#first
  }

  /** The one that came last. */
  get last(): N | undefined {
    return this.#last
  }

  /** Adds a node, which stands in no list, at the end. */
  push(node: N): void {
    const last = this.#last
    node.previous = last
    if (last === undefined) this.#first = node
    else last.next = node
    this.#last = node
    this.#size += 1
  }

  /** Adds a node, which stands in no list, behind another; at the beginning when that is undefined. */
  insertAfter(node: N, before: N | undefined): void {
    const after = before === undefined ? this.#first : before.next
    node.previous = before
    node.next = after
    if (before === undefined) this.#first = node
    else before.next = node
    if (after === undefined) this.#last = node
    else after.previous = node
    this.#size += 1
  }

  /** Takes a node out; false, and without effect, when it stands in no list. */
  remove(node: N): boolean {
    const { previous, next } = node
    if (previous === undefined) {
      if (this.#first !== node) return false
      this.#first = next
    } else {
      previous.next = next
      node.previous = undefined
    }
    if (next === undefined) this.#last = previous
    else {
      next.previous = previous
      node.next = undefined
    }
    this.#size -= 1
    return true
  }

  /** Moves a node to the end; without effect when it stands in no list. */
  moveToEnd(node: N): void {
    if (node !== this.#last && this.remove(node)) this.push(node)
  }

  /** Takes out all nodes, and ends their links: whoever still holds one may ask to remove or to move it. */
  clear(): void {
    for (let node = this.#first; node !== undefined; node = this.#first) this.remove(node)
  }
}
