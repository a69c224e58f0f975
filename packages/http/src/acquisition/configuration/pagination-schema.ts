import * as z from 'zod'
import { count, flag, path, strict, text } from '../schema/schema-parts.js'

const allowed = 'one of page, offset, cursor, nextUrl, linkHeader'

const common = () => ({
  maxPages: count(1, 10_000_000).prefault(10_000),
  hasMorePath: path().optional(),
})

const stops = () => ({
  stopAfterEmpty: count(1, 10_000).prefault(1),
  stopOnShortPage: flag().prefault(false),
})

const pageSize = () => count(1, 1_000_000)

/** How a source's pages follow each other. */
export const paginationSchema = z.discriminatedUnion(
  'type',
  [
    strict({
      type: z.literal('page'),
      pageParam: text().prefault('page'),
      firstPage: count(0, 1_000_000).prefault(1),
      sizeParam: text().optional(),
      pageSize: pageSize(),
      totalPagesPath: path().optional(),
      totalRecordsPath: path().optional(),
      ...stops(),
      ...common(),
    }),
    strict({
      type: z.literal('offset'),
      offsetParam: text().prefault('offset'),
      limitParam: text().prefault('limit'),
      pageSize: pageSize(),
      totalRecordsPath: path().optional(),
      ...stops(),
      ...common(),
    }),
    strict({
      type: z.literal('cursor'),
      cursorParam: text().prefault('cursor'),
      cursorPath: path(),
      sizeParam: text().optional(),
      pageSize: pageSize().optional(),
      ...common(),
    }),
    strict({ type: z.literal('nextUrl'), nextUrlPath: path(), ...common() }),
    strict({ type: z.literal('linkHeader'), ...common() }),
  ],
  { error: issue => (issue.code === 'invalid_union' ? allowed : 'a mapping with the key type and more') },
)
