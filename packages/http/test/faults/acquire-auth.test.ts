import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'
import { proxyServer } from '../support/proxy-server.js'
import type { TokenService } from '../support/token-service.js'
import { startTokenService } from '../support/token-service.js'
import type { AskedRequest, ServiceAnswer } from '../support/web-service.js'
import { startService } from '../support/web-service.js'

const KEPT = 'acquire.credentials.json'
const FIRST = 'refresh-0-0123456789'
const PAGES = 8

/** Pages of two records each. */
function itemsOf({ query }: Pick<AskedRequest, 'query'>): ServiceAnswer {
  const page = Number(query.get('page'))
  const items = page > PAGES ? [] : [{ id: `${page}a` }, { id: `${page}b` }]
  return { body: { items, pages: PAGES } }
}

const oauth2 = (tokens: Pick<TokenService, 'url'>, more: object = {}): object => ({
  type: 'oauth2',
  grant: 'refreshToken',
  tokenUrl: `${tokens.url}/token`,
  clientId: 'me',
  clientSecret: 'cl1ent-s3cret',
  refreshToken: FIRST,
  ...more,
})

const yamlOf = (baseUrl: string, auth: object, names = ['shop'], more = ''): string => `
workers: 1
sources:
${names
  .map(
    name => `  - name: ${name}
    baseUrl: ${baseUrl}
    path: /items
    auth: ${JSON.stringify(auth)}
    ${more}
    pagination: { type: page, pageSize: 2, totalPagesPath: pages }
    records: items
    mapping: { id: { path: id } }
`,
  )
  .join('')}`

async function taken(yaml: string, output: string, fresh = false) {
  const { config, secrets } = parseConfig(yaml, 'shop.yaml', { flags: { output }, environment: {} })
  return await acquired(withLimits(config, QUICK), { secrets, fresh })
}

/** What of it stands in what a run has left and told, but for the file whose purpose it is to hold a secret. */
function foundIn(output: string, told: unknown, secrets: RegExp): string[] {
  const files = readdirSync(output).filter(name => name !== KEPT)
  expect(files).toEqual(expect.arrayContaining(['acquire.db', 'summary.json', 'rejected.jsonl']))
  const texts = [JSON.stringify(told), ...files.map(name => readFileSync(join(output, name), 'latin1'))]
  return texts.flatMap(text => text.match(secrets) ?? [])
}

test('A-13 a token that is refused in the middle of a run is renewed once, and every record is there once', async () => {
  await using service = await startTokenService()
  let served = 0
  service.items = request => {
    served += 1
    if (served === 4) service.revoke()
    return itemsOf(request)
  }
  await using output = await outputFolder()
  const { summary } = await taken(yamlOf(service.url, oauth2(service)), output.path)
  expect(summary.run.status).toBe('complete')
  expect(summary.totals).toMatchObject({ records: 2 * PAGES, duplicates: 0, rejected: 0 })
  expect(service.to('/token').length).toBe(2)
})

test('A-13 a refresh token that changes with each use: later runs and other sources go on with the last', async () => {
  await using service = await startTokenService({ rotates: true, items: itemsOf })
  await using output = await outputFolder()
  const yaml = yamlOf(service.url, oauth2(service), ['shop', 'store'])
  for (const minted of [1, 2, 3]) {
    const { summary } = await taken(yaml, output.path, true)
    expect(summary.run.status).toBe('complete')
    expect(service.to('/token').length).toBe(minted)
  }
  expect(statSync(join(output.path, KEPT)).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(output.path, KEPT), 'utf8')).toContain('refresh-3-0123456789')
  // Somebody has agreed anew, which ended what was agreed before.
  service.refreshToken = 'refresh-new-0123456789'
  const anew = yamlOf(service.url, oauth2(service, { refreshToken: 'refresh-new-0123456789' }))
  expect((await taken(anew, output.path, true)).summary.run.status).toBe('complete')
})

test('A-13 a refresh token that is refused ends the sources by name, in the words of the endpoint, by one request', async () => {
  await using service = await startTokenService({ items: itemsOf })
  await using output = await outputFolder()
  const yaml = yamlOf(service.url, oauth2(service, { refreshToken: 'refresh-used-0123456789' }), [
    'shop',
    'store',
  ])
  const { summary, events } = await taken(yaml, output.path)
  expect(summary.run.status).toBe('failed')
  for (const source of ['shop', 'store'])
    expect(events).toContainEqual({
      type: 'source-gave-up',
      source,
      message: `the token endpoint ${service.url}/token answered 400 invalid_grant: [redacted] was used up`,
    })
  expect(summary.sources.map(({ errors }) => errors.map(({ code }) => code))).toEqual([
    ['AUTH_FAILED'],
    ['AUTH_FAILED'],
  ])
  expect([service.to('/token').length, service.to('/items').length]).toEqual([1, 0])
  // Mended, the same run goes on.
  const mended = await taken(yamlOf(service.url, oauth2(service), ['shop', 'store']), output.path)
  expect(mended.summary.run.status).toBe('complete')
})

test('A-13 a renewal that fails in the middle of a run ends the source, and keeps what it has', async () => {
  await using service = await startTokenService()
  let served = 0
  service.items = request => {
    served += 1
    if (served === 3) {
      service.revoke()
      service.refreshToken = 'another'
    }
    return itemsOf(request)
  }
  await using output = await outputFolder()
  const { summary } = await taken(yamlOf(service.url, oauth2(service)), output.path)
  expect(summary.run.status).toBe('failed')
  expect(summary.totals.records).toBe(6)
  expect(service.to('/token').length).toBe(2)
})

test('A-13 a renewal that fails for a while in the middle of a run costs nothing', async () => {
  await using service = await startTokenService()
  let served = 0
  service.items = request => {
    served += 1
    if (served === 3) {
      service.revoke()
      service.failures.push({ status: 503 }, { status: 500 })
    }
    return itemsOf(request)
  }
  await using output = await outputFolder()
  const { summary } = await taken(yamlOf(service.url, oauth2(service)), output.path)
  expect(summary.run.status).toBe('complete')
  expect(summary.totals).toMatchObject({ records: 2 * PAGES, duplicates: 0 })
  expect(service.to('/token').length).toBe(4)
})

test('a token endpoint that is down for a while is asked again, and not by every page', async () => {
  await using service = await startTokenService({ items: itemsOf })
  service.failures.push({ status: 503 }, { status: 503 })
  await using output = await outputFolder()
  const { summary } = await taken(yamlOf(service.url, oauth2(service)), output.path)
  expect(summary.run.status).toBe('complete')
  expect(service.to('/token').length).toBe(3)
})

test('a token endpoint that stays down is asked as seldom as the breaker says, whatever pages wait', async () => {
  await using service = await startTokenService({ items: itemsOf })
  service.failures.push(...Array.from({ length: 1_000 }, () => ({ status: 503, body: { error: 'down' } })))
  await using output = await outputFolder()
  const { summary } = await taken(yamlOf(service.url, oauth2(service), ['a', 'b', 'c']), output.path)
  expect(summary.run.status).toBe('failed')
  expect(JSON.stringify(summary)).toContain('answered 503 down')
  // Three sources, each of which may try four times; and a probe of the breaker every 100 ms, until 600 ms are over.
  expect(service.to('/token').length).toBeLessThanOrEqual(20)
  expect(service.to('/items')).toEqual([])
})

test('requests for tokens go by the proxy of the source', async () => {
  await using service = await startTokenService({ items: itemsOf })
  await using proxy = await proxyServer()
  await using output = await outputFolder()
  const yaml = yamlOf(service.url, oauth2(service), ['shop'], `proxy: ${proxy.url}`)
  expect((await taken(yaml, output.path)).summary.run.status).toBe('complete')
  expect(proxy.asked[0]).toBe(`POST ${service.url}/token`)
  expect(proxy.asked.length).toBe(service.requests.length)
})

test('A-13 a service that refuses every token is asked for two', async () => {
  await using service = await startTokenService({ refusesAll: true })
  await using output = await outputFolder()
  const { summary } = await taken(yamlOf(service.url, oauth2(service)), output.path)
  expect(summary.run.status).toBe('failed')
  expect(summary.sources[0]?.errors[0]?.code).toBe('HTTP_401')
  expect([service.to('/token').length, service.to('/items').length]).toEqual([2, 2])
})

test('A-14 what was minted is in no file and in no event, whatever the service echoes', async () => {
  await using service = await startTokenService({ rotates: true, expiresIn: 3_600 })
  Object.assign(service.extra, { id_token: 'id-0123456789abcdef' })
  let served = 0
  service.items = ({ headers, query }) => {
    served += 1
    const { accessToken, refreshToken, url } = service
    const echo = `sent with ${headers.authorization} ${refreshToken} id-0123456789abcdef`
    if (served === 3) return { status: 400, body: { error: `${query.toString()} ${echo}` } }
    const next = `${url}/items?access_token=${accessToken}&page=${served + 1}&echo=${accessToken}`
    return { body: { items: [{ id: served, title: echo }, { id: accessToken }], next } }
  }
  await using output = await outputFolder()
  const auth = oauth2(service, { in: 'query', name: 'access_token' })
  const yaml = yamlOf(service.url, auth)
    .replace(/pagination: .*/, 'pagination: { type: nextUrl, nextUrlPath: next }')
    .replace('{ id: { path: id } }', '{ id: { path: id }, title: { path: title } }')
  const { summary, events } = await taken(yaml, output.path)
  expect([summary.totals.records, served]).toEqual([2, 3])
  expect(summary.records[0]?.fields['title']).toBe('sent with undefined [redacted] [redacted]')
  const secrets = /access-\d+-0123|refresh-\d+-0123|id-0123456789|cl1ent-s3cret/g
  expect(foundIn(output.path, [events, summary], secrets)).toEqual([])
  const asked = service
    .to('/items')
    .map(({ query }) => [query.getAll('access_token').length, query.get('echo')])
  expect(asked).toEqual([
    [1, null],
    [1, service.accessToken],
    [1, service.accessToken],
  ])
})

test('A-14 an API key in the query is in no stored URL, and goes with every page', async () => {
  await using service = await startService(({ query }) => {
    const page = Number(query.get('page') ?? 1)
    if (query.get('api_key') !== 'k3y-0123') return { status: 401 }
    return {
      body: { items: [{ id: page }], next: page < 3 ? `/items?page=${page + 1}&api_key=k3y-0123` : null },
    }
  })
  await using output = await outputFolder()
  const auth = { type: 'apiKey', in: 'query', name: 'api_key', value: 'k3y-0123' }
  const yaml = yamlOf(service.url, auth).replace(
    /pagination: .*/,
    'pagination: { type: nextUrl, nextUrlPath: next }',
  )
  const { summary, events } = await taken(yaml, output.path)
  expect(summary.totals.records).toBe(3)
  expect(foundIn(output.path, [events, summary], /k3y-0123/g)).toEqual([])
  expect(service.requests.map(({ query }) => query.getAll('api_key'))).toEqual([
    ['k3y-0123'],
    ['k3y-0123'],
    ['k3y-0123'],
  ])
})

test('cookies: those of the login and of each page go back to the server, and into no file', async () => {
  let sessions = 0
  const session = (): string => `session-0123456789-${sessions}`
  await using service = await startService(request => {
    if (request.path === '/login') {
      sessions += 1
      return {
        headers: { 'set-cookie': [`SID=${session()}; Path=/; HttpOnly`, 'route=node-0123456789abc; Path=/'] },
      }
    }
    const { cookie = '' } = request.headers
    if (!cookie.includes(`SID=${session()}`)) return { status: 401 }
    if (!cookie.includes('route=node-0123456789abc')) return { status: 421 }
    return itemsOf(request)
  })
  await using output = await outputFolder()
  const auth = {
    type: 'login',
    path: '/login',
    token: { cookie: 'SID' },
    body: { json: { password: 'p4ss-0123' } },
  }
  const yaml = yamlOf(service.url, auth, ['shop'], 'cookies: true')
  const { summary, events } = await taken(yaml, output.path)
  expect([summary.run.status, summary.totals.records, sessions]).toEqual(['complete', 2 * PAGES, 1])
  expect(foundIn(output.path, [events, summary], /session-0123456789|node-0123456789|p4ss-0123/g)).toEqual([])
})

test('the streams of a source share its token and its cookies', async () => {
  let sessions = 0
  await using service = await startService(request => {
    if (request.path === '/login') {
      sessions += 1
      return { body: { token: 'token-0123' }, headers: { 'set-cookie': `SID=session-${sessions}; Path=/` } }
    }
    const { authorization, cookie } = request.headers
    const isGood = authorization === 'Bearer token-0123' && cookie === `SID=session-${sessions}`
    return isGood ? itemsOf(request) : { status: 403 }
  })
  await using output = await outputFolder()
  const { summary } = await taken(
    `
workers: 1
sources:
  - name: acme
    baseUrl: ${service.url}
    cookies: true
    auth: { type: login, path: /login, token: { body: token } }
    pagination: { type: page, pageSize: 2, totalPagesPath: pages }
    records: items
    mapping: { id: { path: id } }
    streams:
      - { name: items, path: /items }
      - { name: others, path: /others }
`,
    output.path,
  )
  expect(summary.sources.map(({ name, accepted }) => [name, accepted])).toEqual([
    ['acme.items', 2 * PAGES],
    ['acme.others', 2 * PAGES],
  ])
  expect(sessions).toBe(1)
})

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

test('A-13 kill -9 after a refresh token was exchanged: the next run goes on with the new one', async () => {
  await using service = await startTokenService({ rotates: true })
  let kill = (): void => undefined
  service.items = request => {
    kill()
    return itemsOf(request)
  }
  await using output = await outputFolder()
  const file = join(output.path, 'shop.yaml')
  writeFileSync(file, yamlOf(service.url, oauth2(service)))
  for (const rotation of [1, 2, 3]) {
    const child = spawn(process.execPath, [command, 'acquire', file, '--output', output.path, '--quiet'], {
      stdio: 'ignore',
    })
    // With the first page in hand: the token was exchanged, and nothing is committed yet.
    kill = rotation < 3 ? () => child.kill('SIGKILL') : () => undefined
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    expect([code, signal]).toEqual(rotation < 3 ? [null, 'SIGKILL'] : [0, null])
    expect(readFileSync(join(output.path, KEPT), 'utf8')).toContain(service.refreshToken)
    expect(service.refreshToken).toBe(`refresh-${rotation}-0123456789`)
  }
  expect(existsSync(join(output.path, 'summary.json'))).toBe(true)
}, 60_000)
