import * as z from 'zod'
import { schemaParts } from '../schema/index.js'
import type { BodyConfig } from '../streams/index.js'
import { queryValues } from './request-values.js'

const { strict, text } = schemaParts

const allowed = {
  error: '{ json: … }, { form: { name: value } }, { text: … } or { graphql: { query: …, variables: { … } } }',
}

const json = z.json({ error: 'JSON' })

/** What is sent with a stream's requests. */
export const bodySchema = z.union(
  [
    strict({ json }),
    strict({ form: queryValues() }),
    strict({ text: z.string({ error: 'a text' }) }),
    strict({ graphql: strict({ query: text('the text of a query'), variables: json.optional() }) }),
  ],
  allowed,
) as unknown as z.ZodType<BodyConfig, BodyConfig>
