import type * as z from 'zod'
import type { AuthConfig } from '../fetch/index.js'
import { authKinds } from '../fetch/index.js'
import { kindSchema } from './kind-schema.js'

/** How a stream is authorized. */
export const authSchema: z.ZodType<AuthConfig, AuthConfig> = kindSchema(Object.values(authKinds), () => ({}))
