import { ManualClock } from 'async-patterns/testing'
import { describe, expect, it } from 'vitest'
import type { SourceConfig } from '../../src/acquisition/config.js'
import { EndpointLimiters, endpointOf } from '../../src/acquisition/endpoint-limiter.js'
import { JournalWriter } from '../../src/acquisition/journal-writer.js'
import { LeaseKeeper } from '../../src/acquisition/lease-keeper.js'
import type { Journal, Ledger } from '../../src/acquisition/ledger.js'
import type { Claim } from '../../src/acquisition/page.js'
import { PageMemory } from '../../src/acquisition/page-memory.js'
import { RunControl } from '../../src/acquisition/run-control.js'
import { Secrets } from '../../src/acquisition/secrets.js'
import { SourceUrlSecrets } from '../../src/acquisition/source-url-secrets.js'
import { pageOf } from '../contracts/ledger-contract.js'

const sourceAt = (baseUrl: string, path: string, ratePerSecond = 5, query = {}) =>
  ({ baseUrl, path, query, headers: {}, limits: { ratePerSecond } }) as SourceConfig

describe('RunControl', () => {
  const controlWith = (clock: ManualClock, signal?: AbortSignal) => {
    const reasons: string[] = []
    const onStopping = (reason: string) => reasons.push(reason)
    const control = new RunControl({ clock, timeoutMs: 1_000, graceMs: 200, signal, onStopping })
    control.listen()
    return { control, reasons }
  }

  it('stops at the timeout, cuts after the grace time, and leaves no timer', async () => {
    const clock = new ManualClock()
    const { control, reasons } = controlWith(clock)
    await clock.advance(999)
    expect(control.stop.aborted).toBe(false)
    await clock.advance(1)
    expect([control.stop.aborted, control.cut.aborted, control.end]).toEqual([true, false, 'timeout'])
    await clock.advance(200)
    expect(control.cut.aborted).toBe(true)
    control[Symbol.dispose]()
    expect([clock.pendingTimers, reasons]).toEqual([0, ['timeout']])
  })

  it('A-17 stops when it is interrupted, also before it begins', async () => {
    const stop = new AbortController()
    const clock = new ManualClock()
    const { control, reasons } = controlWith(clock, stop.signal)
    stop.abort()
    expect([control.end, reasons]).toEqual(['interrupted', ['interrupted']])
    expect(controlWith(clock, stop.signal).control.stop.aborted).toBe(true)
    control[Symbol.dispose]()
  })

  it('remembers why it ended first', async () => {
    const clock = new ManualClock()
    const { control } = controlWith(clock)
    control.finish()
    await clock.advance(999)
    expect([control.end, control.cut.aborted]).toEqual(['finished', false])
    await clock.advance(1)
    control.finish()
    expect(control.end).toBe('timeout')
  })

  it('A-17 cuts what is still in hand after all else is finished', async () => {
    const stop = new AbortController()
    const clock = new ManualClock()
    const { control } = controlWith(clock, stop.signal)
    control.finish()
    stop.abort()
    await clock.advance(200)
    expect([control.end, control.cut.aborted]).toEqual(['interrupted', true])
  })

  it('cuts at once when the run fails, and throws that', () => {
    const { control } = controlWith(new ManualClock())
    control.throwFailure()
    control.fail(new Error('disk'))
    control.fail(new Error('later'))
    expect(control.cut.aborted).toBe(true)
    expect(() => control.throwFailure()).toThrow('disk')
  })
})

describe('JournalWriter', () => {
  const row = (attempt: number) => ({ source: 'a', pageId: 'a:page=1', attempt, at: 0 })

  it('writes all of one turn at once, in order, and flush waits for it', async () => {
    const written: Journal[] = []
    const ledger = { log: async (journal: Journal) => void written.push(journal) } as Ledger
    const journal = new JournalWriter(ledger, () => undefined)
    journal.departure(row(1))
    journal.departure(row(2))
    journal.transition({ source: 'a', from: 'closed', to: 'open', at: 0, cause: 'x' })
    await journal.flush()
    await journal.flush()
    expect(written).toHaveLength(1)
    expect(written[0]?.departures.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(written[0]?.transitions).toHaveLength(1)
  })

  it('tells what could not be written', async () => {
    const errors: unknown[] = []
    const ledger = { log: () => Promise.reject(new Error('full')) } as unknown as Ledger
    const journal = new JournalWriter(ledger, error => errors.push(error))
    journal.departure(row(1))
    await new Promise(resolve => setImmediate(resolve))
    await new Promise(resolve => setImmediate(resolve))
    expect(errors).toEqual([new Error('full')])
    await expect(journal.flush()).rejects.toThrow('full')
  })
})

describe('LeaseKeeper', () => {
  it('renews what is held three times a lease, and sets no timer when nothing is', async () => {
    const clock = new ManualClock()
    const renewed: string[] = []
    const ledger = {
      renew: async (claim: Claim) => {
        renewed.push(claim.page.id)
        return true
      },
    } as unknown as Ledger
    const leases = new LeaseKeeper(ledger, clock, 30_000, () => undefined)
    const claim = { page: pageOf('a', 1), worker: 'w', fence: 1 }
    leases.hold(claim)
    await clock.advance(25_000)
    expect(renewed).toEqual(['a:page=1', 'a:page=1'])
    leases.drop(claim)
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('EndpointLimiters', () => {
  it('knows an endpoint by origin and path', () => {
    expect(endpointOf(sourceAt('http://a.test/v1/', '/items'))).toBe('http://a.test/v1/items')
    expect(endpointOf(sourceAt('http://a.test', ''))).toBe('http://a.test/')
  })

  it('shares a limiter per endpoint, at the lowest of the rates', () => {
    const [one, two] = [sourceAt('http://a.test', 'x', 5), sourceAt('http://a.test/', '/x', 2)]
    const other = sourceAt('http://a.test', 'y')
    const limiters = new EndpointLimiters([one, two, other], new ManualClock())
    expect(limiters.of(one)).toBe(limiters.of(two))
    expect(limiters.of(one)).not.toBe(limiters.of(other))
  })

  it('A-4 stays shut for one window after the last departure of an earlier process, and no longer', async () => {
    const clock = new ManualClock()
    const source = { ...sourceAt('http://a.test', 'x'), name: 'one' }
    const limiterAfter = (ago: number) =>
      new EndpointLimiters([source], clock, {
        lastDepartureAt: new Map([['one', clock.wallNow() - ago]]),
      }).of(source)
    const waits: number[] = []
    for (const ago of [0, 400, 1_000, -60_000]) {
      const began = clock.now()
      await clock.run(limiterAfter(ago).acquire())
      waits.push(clock.now() - began)
    }
    expect(waits).toEqual([1_000, 600, 0, 1_000])
  })
})

describe('EndpointLimiters after a restart', () => {
  it('A-9 stay shut for as long as the server had asked for', async () => {
    const clock = new ManualClock()
    const [asked, other] = [sourceAt('http://a.test', 'x'), sourceAt('http://a.test', 'y')]
    const sources = [
      { ...asked, name: 'asked' },
      { ...other, name: 'other' },
    ]
    const limiters = new EndpointLimiters(sources, clock, { quietMs: new Map([['asked', 7_000]]) })
    await clock.run(limiters.of(other).acquire())
    expect(clock.now()).toBe(0)
    await clock.run(limiters.of(asked).acquire())
    expect(clock.now()).toBe(7_000)
  })
})

describe('PageMemory', () => {
  const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
    const pending = Symbol('pending')
    return (await Promise.race([promise, Promise.resolve(pending)])) !== pending
  }

  it('A-8 heavy pages share the bound, and never make ordinary ones wait', async () => {
    const memory = new PageMemory(1_000_000, 4)
    const first = await memory.reserve('heavy', {})
    memory.weigh('heavy', first, 600_000)
    first.release()
    const one = await memory.reserve('heavy', {})
    const two = memory.reserve('heavy', {})
    const light = await Promise.all([1, 2, 3, 4].map(() => memory.reserve('light', {})))
    expect(await isSettled(two)).toBe(false)
    expect(memory.bytesInUse).toBeLessThanOrEqual(1_000_000)
    one.release()
    for (const permit of [await two, ...light]) permit.release()
    expect(memory.bytesInUse).toBe(0)
  })

  it('lets a page that is heavier than the bound go alone', async () => {
    const memory = new PageMemory(1_000_000, 2)
    const first = await memory.reserve('a', {})
    memory.weigh('a', first, 5_000_000)
    first.release()
    const one = await memory.reserve('a', {})
    const two = memory.reserve('a', {})
    expect(await isSettled(two)).toBe(false)
    one.release()
    const last = await two
    last.release()
    expect(memory.bytesInUse).toBe(0)
  })

  it('A-8 a page that outgrows its guess takes more where there is room, and has none at all where there is not', async () => {
    const memory = new PageMemory(1_000_000, 2)
    const [one, two] = [await memory.reserve('a', {}), await memory.reserve('b', {})]
    expect(one.grow(400_000)).toBe(true)
    expect(memory.bytesInUse).toBe(650_000)
    expect(two.grow(400_000)).toBe(false)
    expect(memory.bytesInUse).toBe(400_000)
    two.release()
    one.release()
    expect(memory.bytesInUse).toBe(0)
    expect(one.grow(1)).toBe(false)
    expect(memory.bytesInUse).toBe(0)
  })

  it('A-8 pages of a source whose size was only claimed weigh what they weigh once one has come', async () => {
    const memory = new PageMemory(1_000_000, 2)
    const one = await memory.reserve('a', {})
    one.grow(500_000)
    expect(memory.tryReserve('a')).toBeUndefined()
    memory.weigh('a', one, 10)
    one.release()
    const two = await memory.reserve('a', {})
    expect(memory.bytesInUse).toBe(250_000)
    two.release()
  })

  it('forgets a single heavy page after a few ordinary ones', async () => {
    const memory = new PageMemory(1_000_000, 2)
    for (const bytes of [500_000, 10, 10, 10]) {
      const permit = await memory.reserve('a', {})
      memory.weigh('a', permit, bytes)
      permit.release()
    }
    await memory.reserve('a', {})
    expect(memory.bytesInUse).toBe(250_000)
  })
})

describe('SourceUrlSecrets', () => {
  it('A-14 takes the credentials of the query out of a URL, and puts them back', () => {
    const query = { api_key: 'k/1&', session: 'abcd', sort: 'id' }
    const urls = new SourceUrlSecrets(sourceAt('http://a.test', 'x', 5, query), new Secrets(['abcd']))
    const href = 'http://a.test/x?api_key=k%2F1%26&session=abcd&sort=id&page=2'
    const sealed = urls.seal(href)
    expect(sealed).toBe('http://a.test/x?sort=id&page=2')
    expect(new URL(urls.open(sealed)).searchParams.get('api_key')).toBe('k/1&')
    expect(new URL(urls.open(sealed)).searchParams.get('session')).toBe('abcd')
  })

  it.each([
    ['in the path', 'http://a.test/v1/t0p%20s+c/x?page=2'],
    ['under another name', 'http://a.test/x?auth=t0p%20s%2Bc&page=2'],
    ['as form data', 'http://a.test/x?auth=t0p+s%2Bc'],
    ['in Base64', `http://a.test/x?cursor=${Buffer.from('{"t":"t0p s+c"}').toString('base64url')}`],
    ['beside what stands for it', 'http://a.test/x?path=__secret-header-authorization-value-0__'],
  ])('A-14 a credential %s is put back as it was', (_where, href) => {
    const source = {
      ...sourceAt('http://a.test', 'v1/t0p s+c/x', 5, {}),
      headers: { authorization: 'Bearer t0p s+c', 'x-path': 'path' },
    }
    const secrets = new Secrets(['t0p s+c', 'path'])
    const urls = new SourceUrlSecrets(source, secrets)
    const sealed = urls.seal(href)
    expect(secrets.foundIn(sealed).filter(found => found !== 'path')).toEqual([])
    if (!href.includes('__secret')) expect(urls.open(sealed)).toBe(href)
  })

  it('A-14 a rotated credential takes the place of the old one, and no other source gets it', () => {
    const withToken = (token: string) =>
      new SourceUrlSecrets(
        { ...sourceAt('http://a.test', 'x'), headers: { authorization: `Bearer ${token}` } },
        new Secrets([token]),
      )
    const sealed = withToken('first-token').seal('http://a.test/x?t=first-token')
    expect(withToken('second/token').open(sealed)).toBe('http://a.test/x?t=second/token')
    const other = new SourceUrlSecrets({ ...sourceAt('http://b.test', 'x'), headers: {} }, new Secrets())
    expect(other.open(sealed)).toBe(sealed)
  })

  it('A-14 ids hold no credential', () => {
    const source = sourceAt('http://a.test/s3cret-path', 'x')
    const page = pageOf('a', 1, { id: 'a:url=/s3cret-path/x', url: 'http://a.test/s3cret-path/x' })
    const sealed = new SourceUrlSecrets({ ...source, headers: {} }, new Secrets(['s3cret-path'])).sealPage(
      page,
    )
    expect(JSON.stringify(sealed)).not.toContain('s3cret-path')
  })
})
