/** A request as it came, as the same flat map of places. */
import { flat } from './cdk-stream.mjs'
import { parseJson } from './python.mjs'

export function placesOf({ method, url, headers, body }) {
  const address = new URL(url)
  const query = [...address.searchParams]
  address.search = ''
  const part = { method, url: address.href, query, headers }
  return flat({ ...part, ...bodyParts(headers['content-type'] ?? '', body) })
}

function bodyParts(type, body) {
  if (body === undefined || body.length === 0) return {}
  const text = body.toString()
  if (type.includes('json')) return { json: parseJson(text) }
  if (!type.includes('x-www-form-urlencoded')) return { text }
  const form = {}
  for (const [key, value] of new URLSearchParams(text))
    form[key] = key in form ? [form[key], value].flat() : value
  return { form }
}

/** The places that identify a request, as one text: all but its headers. */
export function keyOf(places) {
  const parts = []
  for (const [place, text] of places) if (!place.startsWith('header ')) parts.push(`${place}\u0001${text}`)
  return parts.sort().join('\u0002')
}
