import { describe, expect, test } from 'vitest'
import { commitOf, LEASE_MS, pageOf } from './ledger-rig.js'
import type { LedgerRig } from './ledger-rig.js'

/** A page belongs to one worker at a time. */
export function describeClaims(rig: LedgerRig): void {
  describe('claims', () => {
    test('begins with the first page of each source', async () => {
      expect(rig.run.resumed).toBe(false)
      expect(rig.run.lastDepartureAt.size).toBe(0)
      expect(rig.run.quiet.size).toBe(0)
      expect(await rig.pending()).toEqual([pageOf('a', 1), pageOf('b', 1)])
    })

    test('gives a page to one worker only', async () => {
      expect(await rig.run.claim(['a:page=1', 'b:page=1'], 'one', LEASE_MS)).toHaveLength(2)
      expect(await rig.run.claim(['a:page=1'], 'two', LEASE_MS)).toEqual([])
      expect(await rig.pending()).toEqual([])
    })

    test('has no claim for an unknown, a done or a failed page', async () => {
      await rig.commit('a:page=1', [])
      await rig.run.fail(await rig.claim('b:page=1'), { code: 'HTTP_500', message: 'no', at: 0 })
      expect(await rig.run.claim(['a:page=1', 'b:page=1', 'c:page=1'], 'one', LEASE_MS)).toEqual([])
    })

    test('frees a page whose lease has expired, with a higher fence', async () => {
      const lost = await rig.claim('a:page=1', 'one')
      await rig.clock.advance(LEASE_MS)
      const taken = await rig.claim('a:page=1', 'two')
      expect(taken.fence).toBeGreaterThan(lost.fence)
      expect(await rig.run.renew(lost, LEASE_MS)).toBe(false)
      expect(await rig.run.renew(taken, LEASE_MS)).toBe(true)
    })

    test('lists a page whose lease has expired as pending', async () => {
      await rig.claim('a:page=1')
      await rig.clock.advance(LEASE_MS)
      expect((await rig.pending()).map(page => page.id)).toContain('a:page=1')
    })

    test('keeps a renewed claim beyond its first lease', async () => {
      const held = await rig.claim('a:page=1')
      await rig.clock.advance(LEASE_MS - 1)
      expect(await rig.run.renew(held, LEASE_MS)).toBe(true)
      await rig.clock.advance(LEASE_MS - 1)
      expect(await rig.run.claim(['a:page=1'], 'two', LEASE_MS)).toEqual([])
    })

    test('F-2 refuses the late commit of a lost claim and changes nothing by it', async () => {
      const lost = await rig.claim('a:page=1', 'one')
      await rig.clock.advance(LEASE_MS)
      const taken = await rig.claim('a:page=1', 'two')
      const late = commitOf(lost, [{ id: 'late' }], { next: [pageOf('a', 2)] })
      const good = commitOf(taken, [{ id: 'good' }])
      expect((await rig.run.commit([late, good])).results).toEqual(['stale', 'done'])
      expect((await rig.run.commit([late])).results).toEqual(['stale'])
      const known = await rig.run.known(['a:page=1', 'a:page=2', 'b:page=1'])
      expect([...known].sort()).toEqual(['a:page=1', 'b:page=1'])
      await rig.finish()
      expect((await rig.summary()).records.map(product => product.id)).toEqual(['good'])
    })

    test('ignores what a lost claim gives back or fails', async () => {
      const lost = await rig.claim('a:page=1', 'one')
      await rig.clock.advance(LEASE_MS)
      const taken = await rig.claim('a:page=1', 'two')
      await rig.run.giveBack(lost, { notBefore: 0, spendsTry: true })
      await rig.run.fail(lost, { code: 'TIMEOUT', message: 'late', at: 0 })
      expect((await rig.run.commit([commitOf(taken, [])])).results).toEqual(['done'])
    })

    test('gives back a page with its moment, and counts a try only when told', async () => {
      await rig.run.giveBack(await rig.claim('a:page=1'), { notBefore: 5_000, spendsTry: false })
      expect(await rig.pending()).toContainEqual(pageOf('a', 1, { notBefore: 5_000 }))
      const error = { code: 'TIMEOUT', message: 'slow', at: rig.clock.wallNow() }
      await rig.run.giveBack(await rig.claim('a:page=1'), { notBefore: 0, spendsTry: true, error })
      expect(await rig.pending()).toContainEqual(pageOf('a', 1, { tries: 1 }))
      expect((await rig.summary()).errors).toMatchObject([{ source: 'a', code: 'TIMEOUT', count: 1 }])
    })
  })
}
