import type { TransportRequest } from '../../../engines/index.js'
import { mergedHeaders } from '../../../engines/index.js'
import { AuthError } from './auth-error.js'

const FORM = /^application\/x-www-form-urlencoded\b/i

/**
 * The request with one more field in its body: of a form, or else of a JSON object, which a request without a
 * body gets. The body's text is left as it is, for a number in it may be longer than JavaScript can hold.
 * @throws AuthError for another body.
 */
export function withBodyField(request: TransportRequest, name: string, value: string): TransportRequest {
  const { headers = {}, body } = request
  const type = Object.entries(headers).find(([key]) => key.toLowerCase() === 'content-type')?.[1] ?? ''
  const text = typeof body === 'string' ? body : Buffer.from(body ?? []).toString()
  if (FORM.test(type)) return { ...request, body: withFormField(text, name, value) }
  const json = { ...request, body: withJsonField(text, name, value) }
  return type === ''
    ? { ...json, headers: mergedHeaders(headers, { 'content-type': 'application/json' }) }
    : json
}

function withFormField(text: string, name: string, value: string): string {
  return [text, new URLSearchParams({ [name]: value }).toString()].filter(part => part !== '').join('&')
}

function withJsonField(text: string, name: string, value: string): string {
  const field = `${JSON.stringify(name)}:${JSON.stringify(value)}`
  const [, begin] = /^(\s*\{[^]*?)\s*\}\s*$/.exec(text.trim() === '' ? '{}' : text) ?? []
  if (begin === undefined)
    throw new AuthError('auth.in is body, and the body is neither a form nor a JSON object', {
      retryAt: Infinity,
    })
  return `${begin}${begin.trim() === '{' ? '' : ','}${field}}`
}
