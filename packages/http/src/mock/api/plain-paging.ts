import type { StreamConfig } from '../../acquisition/index.js'
import { isComputed } from './stream-needs.js'

const PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/
const HEADER = /^\$headers\.(?:`([^`]+)`|(\w+))$/
const LAST = /^\$lastRecord\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)$/

/** The stream with a path or a header's name in the place of an expression that says no more than they do. */
export function plainPaging(stream: StreamConfig): StreamConfig {
  const { pagination } = stream
  if (pagination.type === 'nextUrl' && isComputed(pagination.nextUrlPath)) {
    const { path, header } = placeOf(pagination.nextUrlPath.expr)
    if (path !== undefined) return { ...stream, pagination: { ...pagination, nextUrlPath: path } }
    const other = { ...pagination, nextUrlPath: undefined, nextUrlHeader: header }
    return header === undefined ? stream : { ...stream, pagination: other }
  }
  if (pagination.type === 'cursor' && isComputed(pagination.cursorPath)) {
    const { path, header, last } = placeOf(pagination.cursorPath.expr)
    if (header !== undefined) {
      const other = { ...pagination, from: 'header', cursorPath: undefined, cursorHeader: header } as const
      return { ...stream, pagination: other }
    }
    const from = last === undefined ? pagination.from : 'lastRecord'
    const plain = path ?? last
    return plain === undefined
      ? stream
      : { ...stream, pagination: { ...pagination, from, cursorPath: plain } }
  }
  return stream
}

function placeOf(expr: string): { readonly path?: string; readonly header?: string; readonly last?: string } {
  const text = expr.trim()
  if (PATH.test(text)) return { path: text }
  const [, quoted, bare] = HEADER.exec(text) ?? []
  const header = quoted ?? bare
  if (header !== undefined) return { header }
  const [, last] = LAST.exec(text) ?? []
  return last === undefined ? {} : { last }
}
