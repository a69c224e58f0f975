import { isMap, isSeq, parseDocument } from 'yaml'
import type { Document, YAMLMap } from 'yaml'
import { LOGIN_PATH, TOKEN_PATH } from './pointed-config.js'

/** Keys that would lead a request elsewhere. */
const LEADING_AWAY = ['proxy', 'tls']

/**
 * A pipeline file that asks the mock in the place of its sources, comments and all; its results go to `output`.
 * Variables stay as they are written, but those in what is replaced.
 */
export function pointedFile(text: string, url: string, output: string): string {
  const document = parseDocument(text)
  document.set('output', output)
  const sources: unknown = document.get('sources')
  for (const source of isSeq(sources) ? sources.items : []) {
    if (!isMap(source)) continue
    const own = `${url}/${String(source.get('name'))}`
    source.set('baseUrl', own)
    for (const key of LEADING_AWAY) source.delete(key)
    const streams: unknown = source.get('streams')
    for (const keys of [source, ...(isSeq(streams) ? streams.items : [])]) if (isMap(keys)) point(keys, own)
  }
  return written(document)
}

function point(keys: YAMLMap, url: string): void {
  const auth: unknown = keys.get('auth')
  const pagination: unknown = keys.get('pagination')
  if (isMap(auth) && auth.has('tokenUrl')) auth.set('tokenUrl', url + TOKEN_PATH)
  if (isMap(auth) && auth.has('url')) auth.set('url', url + LOGIN_PATH)
  if (isMap(pagination)) pagination.delete('allow')
}

function written(document: Document): string {
  return document.toString({ lineWidth: 0 })
}
