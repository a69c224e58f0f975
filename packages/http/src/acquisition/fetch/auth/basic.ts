import type { AuthKind } from './authorizer.js'
import { placed } from './credential-place.js'

export interface BasicAuth {
  readonly type: 'basic'
  readonly username: string
  /** Default: empty, as services have it whose user name is the key. */
  readonly password: string
}

/** User and password (RFC 7617), in UTF-8. */
export const basicAuth: AuthKind<BasicAuth> = {
  type: 'basic',
  schema: ({ checkedText, anyText }) => ({
    username: checkedText('a text without a colon', name => !name.includes(':')),
    password: anyText().prefault(''),
  }),
  create: ({ username, password }, { secrets }) => {
    const credential = basicCredential(username, password)
    secrets.add(credential, ...(password === '' ? [username] : []))
    const place = { in: 'header', name: 'authorization', prefix: 'Basic' } as const
    return { authorize: async request => placed(request, place, credential) }
  },
}

/** What stands behind `Basic`. */
export function basicCredential(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64')
}
