import { existsSync } from 'node:fs'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { outputFolder } from '../support/acquire-rig.js'
import { run } from '../support/run.js'

// The process runs what was built: `make test` builds first.
const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const secret = 'tok+en/S3cret&"x'

async function acquireFrom(
  listener: RequestListener,
  folder: string,
  { paging = '{ type: page, pageSize: 1, maxPages: 1 }', sources = [''] } = {},
) {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // All of them are to be asked, though none has what is wanted.
  const limits = '{ rate: 200, retry: { maxAttempts: 1 }, breaker: { failureThreshold: 100 } }'
  const texts = sources.map(
    (path, at) =>
      `  - { name: s${at}, baseUrl: '${baseUrl}', path: /${path}, records: items, limits: ${limits}, pagination: ${paging},
    headers: { authorization: 'Bearer \${API_TOKEN}' }, mapping: { id: { path: id }, title: { path: title } } }`,
  )
  const file = join(folder, 'p.yaml')
  await writeFile(
    file,
    `output: ${join(folder, 'out')}\nworkers: 1\ntimeout: 60s\nsources:\n${texts.join('\n')}\n`,
  )
  try {
    const args = [command, 'acquire', file, '--log-level', 'debug']
    return await run(process.execPath, args, { env: { ...process.env, API_TOKEN: secret } })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('N-29 what a server sends to move a cursor or turn a text is escaped wherever it is shown', async () => {
  await using folder = await outputFolder()
  const hostile = '\u001b]0;own\u0007\u009b31m\u202eevil\u2028'
  const { stdout, stderr } = await acquireFrom(
    (request, response) => {
      if (request.url?.startsWith('/html') === true) response.end(`<html>${hostile}`)
      else
        response.end(
          JSON.stringify({
            items: [
              { id: hostile, title: hostile },
              { id: null, title: hostile },
            ],
          }),
        )
    },
    folder.path,
    { sources: ['html', 'json'] },
  )
  const left = await Promise.all(
    ['summary.json', 'rejected.jsonl'].map(name => readFile(join(folder.path, 'out', name), 'utf8')),
  )
  for (const text of [stdout, stderr, ...left])
    for (const sign of '\u001b\u0007\u009b\u202e\u2028') expect(text).not.toContain(sign)
  expect(stderr).toMatch(/\\u009b31m/)
  for (const line of stderr.trimEnd().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow()
})

test('N-28 a secret in a body that is no JSON, in any escape, is in no file and no output', async () => {
  await using folder = await outputFolder()
  const units = Array.from(secret, sign => sign.charCodeAt(0))
  const bodies = [
    secret.replaceAll('/', '\\/'),
    units.map(code => `\\u${code.toString(16).padStart(4, '0')}`).join(''),
    units.map(code => `%${code.toString(16)}`).join(''),
    encodeURIComponent(encodeURIComponent(secret)),
    units.map(code => `&#x${code.toString(16)};`).join(''),
    secret.replace('&', '&amp;').replace('"', '&quot;'),
    Buffer.from(`me:${secret}!`).toString('base64'),
    Buffer.from(`a${secret}`).toString('base64url'),
  ]
  const { code, stdout, stderr } = await acquireFrom(
    (request, response) => {
      response.end(`oops ${bodies[Number(request.url?.slice(1).replace(/\?.*/, ''))]} end`)
    },
    folder.path,
    { sources: bodies.map((_, at) => String(at)) },
  )
  expect(code).toBe(1)
  const output = join(folder.path, 'out')
  const left = await Promise.all((await readdir(output)).map(name => readFile(join(output, name), 'latin1')))
  const all = [stdout, stderr, ...left].join('\n')
  expect(all).toContain('oops [redacted]')
  for (const body of bodies) {
    expect(all).not.toContain(body)
    expect(all).not.toContain(JSON.stringify(body).slice(1, -1))
  }
  for (const name of await readdir(output)) expect((await stat(join(output, name))).mode & 0o777).toBe(0o600)
})

test('N-10 an output folder that is removed while the command runs: an error, never complete', async () => {
  await using folder = await outputFolder()
  const output = join(folder.path, 'out')
  let pages = 0
  const { code, stdout, stderr } = await acquireFrom(
    (_, response) => {
      pages += 1
      const page = JSON.stringify({
        items: [{ id: pages, title: 'x' }],
        next: pages < 60 ? `/?n=${pages}` : null,
      })
      if (pages === 20) void rm(output, { recursive: true, force: true }).then(() => response.end(page))
      else response.end(page)
    },
    folder.path,
    { paging: '{ type: nextUrl, nextUrlPath: next }' },
  )
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain('acquire.db was removed, renamed or replaced while the run was going on')
  expect(existsSync(join(output, 'summary.json'))).toBe(false)
})
