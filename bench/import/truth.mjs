/** What a perfect run of a stream holds, in a form that can be compared with a ledger's records. */
import { canonical, difference } from './compare.mjs'
import { str } from './python.mjs'

const VOLATILE = /now_utc|today_|day_delta|generate_uuid|timestamp\(|stream_interval|start_time|end_time/

/** Top-level fields whose values differ from run to run. */
function volatileFields(stream) {
  const added = (stream.definition.transformations ?? []).flatMap(one =>
    one.type === 'AddFields' ? one.fields : [],
  )
  return new Set(added.filter(({ value }) => VOLATILE.test(String(value))).map(({ path }) => path[0]))
}

/** Why a stream's records are not right, in a few words; undefined where they are. */
export function wrongRecords(service, view, changes) {
  const skipped = volatileFields(view.stream)
  const plain = record => Object.fromEntries(Object.entries(record).filter(([key]) => !skipped.has(key)))
  const wanted = service.truth(view).map(({ record }) => plain(record))
  const got = changes.map(({ fields }) => plain(fields))
  const { missing: unseen, extra } = difference(wanted, got)
  const missing = unseen.filter(withoutTwin(view.stream, wanted, got))
  if (missing.length > 0 || extra.length > 0)
    return {
      reason: reasonOf(missing, extra),
      wanted: wanted.length,
      got: changes.length,
      missing: missing[0],
      extra: extra[0],
    }
  return wrongIds(service, view, changes)
}

/**
 * Of records that have one key, as some manifests name one that is not unique, a ledger keeps one, whichever: the
 * others are not missing.
 */
function withoutTwin(stream, wanted, got) {
  const keys = stream.primaryKey()
  const read = record =>
    JSON.stringify(keys.map(path => str(path.reduce((node, key) => node?.[key], record))))
  const counts = new Map()
  for (const record of wanted) counts.set(read(record), (counts.get(read(record)) ?? 0) + 1)
  const taken = new Set(got.map(read))
  return record => keys.length === 0 || counts.get(read(record)) === 1 || !taken.has(read(record))
}

function reasonOf(missing, extra) {
  if (missing.length > 0 && extra.length > 0) {
    const [a, b] = [missing[0], extra[0]]
    const differing = Object.keys(a).filter(key => canonical({ v: a[key] }) !== canonical({ v: b[key] }))
    return `fields differ: ${differing.slice(0, 3).join(', ')}`
  }
  return missing.length > 0 ? 'records are missing' : 'records are too many'
}

/** A single key is the record's id; several keys make as many ids as there are different keys. */
function wrongIds(service, view, changes) {
  const keys = view.stream.primaryKey()
  if (keys.length === 0 || volatileFields(view.stream).has(keys[0][0])) return undefined
  const read = record => keys.map(path => path.reduce((node, key) => node?.[key], record))
  const wanted = new Set(service.truth(view).map(({ record }) => JSON.stringify(read(record).map(str))))
  if (wanted.size !== new Set(changes.map(({ id }) => id)).size)
    return { reason: 'ids differ in number', wanted: wanted.size, got: changes.length }
  if (keys.length > 1) return undefined
  const ids = new Set(changes.map(({ id }) => id))
  const lost = [...wanted].find(text => !ids.has(JSON.parse(text)[0]))
  return lost === undefined ? undefined : { reason: 'ids differ', wanted: lost, got: changes[0]?.id }
}
