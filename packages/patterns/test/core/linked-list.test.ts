import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LinkedList } from '../../src/core/linked-list.js'

class Node {
  previous: Node | undefined = undefined
  next: Node | undefined = undefined
  readonly id: number

  constructor(id: number) {
    this.id = id
  }
}

function forwards(list: LinkedList<Node>): number[] {
  const ids: number[] = []
  for (let node = list.first; node !== undefined; node = node.next) ids.push(node.id)
  return ids
}

function backwards(list: LinkedList<Node>): number[] {
  const ids: number[] = []
  for (let node = list.last; node !== undefined; node = node.previous) ids.push(node.id)
  return ids
}

test('keeps the order of entry, whoever enters, leaves and moves', () => {
  const step = fc.record({ action: fc.constantFrom('push', 'remove', 'moveToEnd', 'clear'), id: fc.nat(7) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const list = new LinkedList<Node>()
      const nodes = Array.from({ length: 8 }, (_, id) => new Node(id))
      let model: number[] = []
      for (const { action, id } of steps) {
        const node = nodes[id] as Node
        const isIn = model.includes(id)
        const others = model.filter(one => one !== id)
        if (action === 'push' && !isIn) list.push(node)
        if (action === 'moveToEnd') list.moveToEnd(node)
        if (action === 'remove') expect(list.remove(node)).toBe(isIn)
        if (action === 'clear') list.clear()
        if (action === 'push') model = isIn ? model : [...model, id]
        if (action === 'moveToEnd') model = isIn ? [...others, id] : model
        if (action === 'remove') model = others
        if (action === 'clear') model = []
        expect(forwards(list)).toEqual(model)
        expect(backwards(list)).toEqual(model.toReversed())
        expect(list.size).toBe(model.length)
      }
    }),
  )
})

test('one that has left is linked to nobody', () => {
  const list = new LinkedList<Node>()
  const nodes = [new Node(0), new Node(1), new Node(2)]
  for (const node of nodes) list.push(node)
  for (const node of [nodes[1], nodes[2], nodes[0]] as Node[]) {
    list.remove(node)
    expect([node.previous, node.next]).toEqual([undefined, undefined])
  }
  expect([list.first, list.last, list.size]).toEqual([undefined, undefined, 0])
})

test('moves only one of its own, and forgets those that were in it when it was cleared', () => {
  const list = new LinkedList<Node>()
  const nodes = [new Node(0), new Node(1), new Node(2)] as const
  list.moveToEnd(nodes[0])
  expect([list.first, list.size]).toEqual([undefined, 0])
  for (const node of nodes) list.push(node)
  list.clear()
  for (const node of nodes) expect(list.remove(node)).toBe(false)
  expect([list.first, list.last, list.size]).toEqual([undefined, undefined, 0])
})
