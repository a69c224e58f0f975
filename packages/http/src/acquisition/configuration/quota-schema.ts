import * as z from 'zod'
import { LARGEST_QUOTA, parseQuota } from '../fetch/index.js'

const allowed = {
  error:
    'a number of requests in a second, minute, hour or day, such as 10000/day or 100/minute, or a list of such; ' +
    `at most ${LARGEST_QUOTA}`,
}

const quota = z
  .string(allowed)
  .regex(/^\d+\/(?:second|minute|hour|day)$/, { ...allowed, abort: true })
  .refine(text => parseQuota(text) !== undefined, allowed)

/** `limits.quota`: one, or several that all hold. */
export const quotaSchema = z.union([quota, z.array(quota, allowed).min(1, allowed)], allowed)
