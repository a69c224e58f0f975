import { mergedHeaders } from '../../../engines/index.js'
import type { AuthKind } from './authorizer.js'

export interface HeadersAuth {
  readonly type: 'headers'
  /** Sent with every request of the stream; they replace headers of the same name. */
  readonly headers: Readonly<Record<string, string | number | boolean>>
}

/** Headers from the pipeline file. */
export const headersAuth: AuthKind<HeadersAuth> = {
  type: 'headers',
  schema: ({ headerMap }) => ({ headers: headerMap() }),
  create: ({ headers }) => {
    const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    return { authorize: async request => ({ ...request, headers: mergedHeaders(request.headers, texts) }) }
  },
}
