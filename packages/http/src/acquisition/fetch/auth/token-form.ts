import type { TransportResponse } from '../../../engines/index.js'
import { mergedHeaders } from '../../../engines/index.js'
import type { AuthorizerParts } from './authorizer.js'
import { askForToken } from './token-request.js'

const FORM_HEADERS = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }

/** The answer to a form that asks for a token; fields that are undefined are left out. Rejects as `askForToken`. */
export function postForm(
  url: string,
  fields: Readonly<Record<string, string | undefined>>,
  headers: Readonly<Record<string, string>>,
  parts: Pick<AuthorizerParts, 'transport' | 'secrets' | 'clock'>,
): Promise<TransportResponse> {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  const request = {
    url,
    method: 'POST',
    headers: mergedHeaders(FORM_HEADERS, headers),
    body: new URLSearchParams(given).toString(),
  }
  return askForToken(request, parts)
}
