import type * as z from 'zod'
import type { AuthConfig } from '../fetch/index.js'
import { authKinds, authProblems } from '../fetch/index.js'
import type { AuthInput } from './kind-inputs.js'
import { kindSchema } from './kind-schema.js'

/** How a stream is authorized. */
export const authSchema: z.ZodType<AuthConfig, AuthInput> = kindSchema<AuthConfig, AuthInput>(
  Object.values(authKinds),
  () => ({}),
).superRefine((auth, context) => {
  for (const { option, allowed } of authProblems(auth))
    context.addIssue({ code: 'custom', path: [option], message: allowed })
})
