import type { BodyConfig } from '../streams/index.js'
import type { SourceFile } from './pipeline-schema.js'

/** The body that a stream has: an empty object, where paging or `since` alone put something into it. */
export function bodyOf({ body, pagination, since }: SourceFile): BodyConfig | undefined {
  if (body !== undefined) return body
  return [pagination, since].some(putsIntoBody) ? { json: {} } : undefined
}

/** `pageParam: { body: paging.page }`, or `params: { after: { body: next, to: { body: after } } }`. */
function putsIntoBody(options: unknown): boolean {
  return entriesOf(options).some(([key, value]) => {
    if (key === 'params') return entriesOf(value).some(([, param]) => isInBody(entriesOf(param), 'to'))
    return /param$/i.test(key) && entriesOf(value).some(([place]) => place === 'body')
  })
}

function isInBody(param: readonly (readonly [string, unknown])[], key: string): boolean {
  return param.some(([name, place]) => name === key && entriesOf(place).some(([kind]) => kind === 'body'))
}

function entriesOf(value: unknown): (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}
