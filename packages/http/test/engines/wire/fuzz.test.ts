import { seededRandom } from 'async-patterns'
import { expect, test } from 'vitest'
import { proofCount } from '../../support/proof.js'
import { Llhttp } from './llhttp.js'
import type { LlhttpVerdict } from './llhttp.js'
import { ResponseGenerator } from './response-generator.js'
import { ourVerdict } from './verdict.js'
import type { Verdict } from './verdict.js'

const runs = proofCount(20_000, 1_000_000)
/** FUZZ_SEED tries others. */
const seed = Number(process.env['FUZZ_SEED'] ?? 1)

/**
 * Where ours is stricter on purpose; whatever it refuses for another reason must be refused by llhttp too.
 */
const stricter = new Set([
  'a status below 100',
  'no HTTP version',
  'a status line without LF',
  'a switch of protocols',
  'an empty Transfer-Encoding',
  'a Content-Length beyond 2^53 - 1',
  'a chunk size beyond 2^53 - 1',
])

/** The two agree, or ours refused on purpose what comes after messages on which they agree. */
function agree(ours: Verdict & { why: string }, theirs: Verdict & { why: string }, bytes: Buffer): boolean {
  if (ours.end === theirs.end && sameMessages(ours, theirs)) return true
  if (ours.end !== 'refused' || !stricter.has(ours.why)) return false
  if (ours.why === 'no HTTP version' && !/RTSP|ICE|R$|RT$|RTS$|I$|IC$/.test(bytes.toString('latin1')))
    return false
  const agreed = { messages: theirs.messages.slice(0, ours.messages.length), end: 'ok' } as const
  return sameMessages(ours, agreed)
}

/**
 * The bytes with equal lengths told once, as llhttp wants them (RFC 9110, 8.6, lets them be one), in the head
 * that it refused at `at`.
 */
function withLengthsOnce(bytes: Buffer, at: number): Buffer {
  const text = bytes.toString('latin1')
  const start = text.lastIndexOf('HTTP/', at)
  const end = text.indexOf('\r\n\r\n', start)
  const stop = end < 0 ? text.length : end + 2
  const list = /(\ncontent-length:[ \t]*0*(\d+))(?: *, *0*\2)+(?= *\r\n)/gi
  const lines = /(\ncontent-length:[ \t]*0*(\d+) *\r\n(?:[^\r\n]+\r\n)*?)content-length:[ \t]*0*\2 *\r\n/gi
  let head = text.slice(start, stop).replaceAll(list, '$1')
  for (let before = ''; before !== head; ) {
    before = head
    head = head.replaceAll(lines, '$1')
  }
  return Buffer.from(text.slice(0, start) + head + text.slice(stop), 'latin1')
}

/** llhttp's verdict on the bytes, and on them with equal lengths told once where it refuses those. */
function llhttpVerdict(llhttp: Llhttp, bytes: Buffer, cuts: readonly number[], noBody: boolean): Merged {
  const verdict = llhttp.verdict(bytes, cuts, noBody)
  if (!refusesLength(verdict)) return { verdict, bytes }
  const once = withLengthsOnce(bytes, llhttp.verdict(bytes, [], noBody).at)
  return once.length < bytes.length ? llhttpVerdict(llhttp, once, [], noBody) : { verdict, bytes }
}

interface Merged {
  readonly verdict: LlhttpVerdict
  readonly bytes: Buffer
}

function refusesLength({ end, why }: Verdict & { why: string }): boolean {
  return end === 'refused' && why.includes('Content-Length')
}

/** A second length that the end of the connection has cut off may have been equal. */
function endsInLength(bytes: Buffer): boolean {
  return /\ncontent-length:[ \t]*(?:\d[\d ,]*)?\r?$/i.test(bytes.toString('latin1'))
}

function sameMessages(a: Verdict, b: Verdict): boolean {
  return JSON.stringify(a.messages) === JSON.stringify(b.messages)
}

test(
  `L-7 wire parser: the verdict of llhttp on ${runs} generated connections, however they are cut`,
  () => {
    const generator = new ResponseGenerator(seededRandom(seed))
    const llhttp = new Llhttp()
    const ends = { ok: 0, refused: 0, truncated: 0 }
    let onPurpose = 0
    let merged = 0
    for (let run = 0; run < runs; run++) {
      const bytes = generator.connection()
      const cuts = generator.cuts(bytes.length)
      const noBody = generator.chance(0.05)
      const ours = ourVerdict(bytes, cuts, noBody)
      const { verdict, bytes: once } = llhttpVerdict(llhttp, bytes, cuts, noBody)
      const mayGoOn = ours.end === 'truncated' && refusesLength(verdict) && endsInLength(once)
      const theirs = mayGoOn ? { ...verdict, end: 'truncated' as const } : verdict
      merged += once.length < bytes.length ? 1 : 0
      if (!agree(ours, theirs, bytes)) {
        expect.fail(
          `run ${run} of seed ${seed}: ${JSON.stringify({ bytes: bytes.toString('latin1'), cuts, noBody, ours, theirs }, undefined, 1)}`,
        )
      }
      if (ours.end !== theirs.end) onPurpose += 1
      ends[ours.end] += 1
    }
    // The generator is worth its name only if all kinds are common, and the exceptions rare.
    expect(Math.min(ends.ok, ends.refused)).toBeGreaterThan(runs / 10)
    expect(ends.truncated).toBeGreaterThan(runs / 100)
    expect(merged).toBeGreaterThan(runs / 1000)
    expect(onPurpose).toBeLessThan(runs / 20)
  },
  30_000 + runs,
)
