import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

test('A-5 a source that is given up, with more pages than are held at once, lets the others go on and the run end', {
  timeout: 30_000,
}, async () => {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://host')
    const page = Number(searchParams.get('page'))
    const isDown = pathname === '/bad' && page > 1
    const total = pathname === '/bad' ? 6_000 : 40
    response.writeHead(isDown ? 500 : 200)
    response.end(isDown ? '' : JSON.stringify({ total, items: page > total ? [] : [{ id: page }] }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  await using output = await outputFolder()
  const source = (name: string) => `
  - name: ${name}
    baseUrl: http://127.0.0.1:${(server.address() as AddressInfo).port}
    path: ${name}
    pagination: { type: page, pageSize: 1, totalRecordsPath: total }
    records: items
    mapping: { id: { path: id, type: integer } }`
  const yaml = `timeout: 20s\nworkers: 1\nsources:${source('bad')}${source('good')}\n`
  const { config } = parseConfig(yaml, 'p.yaml', { flags: { output: output.path }, environment: {} })
  const { summary, events } = await acquired(withLimits(config, { ...QUICK, giveUpAfterMs: 200 }))
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  expect(summary.sources.map(({ name, status }) => [name, status])).toEqual([
    ['bad', 'failed'],
    ['good', 'complete'],
  ])
  expect(events.filter(({ type }) => type === 'source-gave-up')).toHaveLength(1)
})
