import type { Cookie } from 'undici'
import { parseCookie } from 'undici'

/** The cookies that a response sets; what is none, or has no name, is left out. */
export function setCookiesOf(headers: Readonly<Record<string, string>>): Cookie[] {
  const lines = headers['set-cookie']?.split('\n') ?? []
  return lines.flatMap(line => parseCookie(line) ?? []).filter(({ name }) => name !== '')
}
