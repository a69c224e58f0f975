import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rowsFrom, streamWith, walk } from '../acquisition/streams/pagination/paging-run.js'

/** How a server may behave: so many rows, pages cut to `cap`, and whether it tells its total. */
const server = fc.record({
  total: fc.integer({ min: 0, max: 300 }),
  pageSize: fc.integer({ min: 1, max: 40 }),
  cap: fc.integer({ min: 1, max: 40 }),
  tells: fc.boolean(),
})

describe('numbered pagination, by property', () => {
  test('offsets: every row is taken, with no more requests than the pages that the server makes of them and one', async () => {
    await fc.assert(
      fc.asyncProperty(server, async ({ total, pageSize, cap, tells }) => {
        const paging = {
          type: 'offset',
          offsetParam: 'o',
          limitParam: 'l',
          pageSize,
          maxPages: 1000,
        } as const
        const stream = streamWith({ ...paging, totalRecordsPath: 'total' })
        const walked = await walk(stream, url => {
          const from = Number(url.searchParams.get('o'))
          const size = Math.min(cap, Number(url.searchParams.get('l')))
          return {
            rows: rowsFrom(from, Math.min(total, from + size)),
            facts: tells ? { totalRecords: total } : {},
          }
        })
        expect([...new Set(walked.rows)].sort()).toEqual(rowsFrom(0, total).sort())
        expect(walked.ids.length).toBeLessThanOrEqual(Math.ceil(total / Math.min(cap, pageSize)) + 1)
        expect(walked.stops).not.toContain('loop')
      }),
    )
  })

  test('page numbers: every row is taken', async () => {
    await fc.assert(
      fc.asyncProperty(
        server,
        fc.integer({ min: 0, max: 1 }),
        async ({ total, pageSize, cap, tells }, firstPage) => {
          const paging = { type: 'page', pageParam: 'p', firstPage, pageSize, maxPages: 1000 } as const
          const size = Math.min(cap, pageSize)
          const walked = await walk(streamWith({ ...paging, totalRecordsPath: 'total' }), url => {
            const from = (Number(url.searchParams.get('p')) - firstPage) * size
            return {
              rows: rowsFrom(from, Math.min(total, from + size)),
              facts: tells ? { totalRecords: total } : {},
            }
          })
          expect([...walked.rows].sort()).toEqual(rowsFrom(0, total).sort())
        },
      ),
    )
  })
})
