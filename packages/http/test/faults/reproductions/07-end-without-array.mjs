import { acquire, json, rows, serve, told, verdict, yaml } from './harness.mjs'
// Ways in which services say "no more records".
const ends = {
  '204 past the end': r => {
    r.writeHead(204)
    r.end()
  },
  null: r => json(r, 'null'),
  '{} (records key left out)': r => json(r, {}),
  '404 past the end': r => json(r, { detail: 'Invalid page.' }, {}, 404),
}
for (const [name, end] of Object.entries(ends)) {
  const s = await serve((q, r, u) => {
    const p = Number(u.searchParams.get('page'))
    if (p > 2) end(r)
    else json(r, { items: rows(p) })
  })
  const pagination = name.startsWith('404')
    ? '{ type: page, pageSize: 2, endWhen: { status: 404 } }'
    : undefined
  const r = await acquire(yaml(s.port, { pagination }))
  verdict(`end told by ${name}`, 'exit 0, 4 records (404 by endWhen)', told(r), r.code === 0)
  s.close()
}
const s = await serve((q, r, u) => {
  const c = u.searchParams.get('pageToken')
  json(r, !c ? { items: rows(1), next: 'a' } : c === 'a' ? { next: 'b' } : { items: rows(3) })
})
const r = await acquire(
  yaml(s.port, { pagination: '{ type: cursor, cursorPath: next, cursorParam: pageToken }' }),
)
verdict(
  'empty page in the middle leaves the array out, with a next token',
  '4 records',
  told(r),
  r.source.accepted === 4,
)
s.close()
