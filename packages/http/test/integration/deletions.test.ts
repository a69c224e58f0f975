import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { httpServer } from '../contracts/servers.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

/** A server of users, all on one page. */
async function users(ids: string[]) {
  return await httpServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(ids.map(id => ({ id, updated: '2026-01-01T00:00:00Z' }))))
  })
}

async function run(url: string, output: string, more = '', full = false) {
  const yaml = `
sources:
  - name: s
    baseUrl: ${url}
    id: id
    markDeleted: true
${more}`
  const { config } = parseConfig(yaml, 's.yaml', { flags: { output }, environment: {} })
  const { summary, events } = await acquired(withLimits({ ...config, workers: 1 }, QUICK), { full })
  const warnings = events.flatMap(event => (event.type === 'warning' ? [event.message] : []))
  return { deleted: summary.sources[0]?.deleted, status: summary.run.status, warnings }
}

test('records that a whole run does not see are marked as deleted, and counted', async () => {
  const ids = ['1', '2', '3']
  await using server = await users(ids)
  await using output = await outputFolder()
  expect(await run(server.url, output.path)).toEqual({ deleted: 0, status: 'complete', warnings: [] })
  ids.splice(0, 2)
  expect(await run(server.url, output.path)).toMatchObject({ deleted: 2, status: 'complete' })
  expect(await run(server.url, output.path)).toMatchObject({ deleted: 0, status: 'complete' })
})

test('a stream with since looks for them in a full run, and says so in the others', async () => {
  const ids = ['1', '2', '3']
  const since = "    since: { field: updated, start: '2020-01-01' }\n"
  await using server = await users(ids)
  await using output = await outputFolder()
  await run(server.url, output.path, since)
  ids.pop()
  const next = await run(server.url, output.path, since)
  expect(next).toMatchObject({ deleted: 0, status: 'complete' })
  expect(next.warnings).toEqual([expect.stringContaining('and those with --full')])
  expect(await run(server.url, output.path, since, true)).toEqual({
    deleted: 1,
    status: 'complete',
    warnings: [],
  })
})
