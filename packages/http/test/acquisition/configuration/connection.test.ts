import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'
import { planIdentity } from '../../../src/acquisition/configuration/plan-identity.js'
import { selfSigned } from '../../support/certificates.js'
import { testWith } from '../../support/services.js'
import { load, minimal, problems } from './config-rig.js'

const withLines = (...lines: readonly string[]): string =>
  minimal.replace('    mapping', `${lines.map(line => `    ${line}\n`).join('')}    mapping`)

const proxyOf = (text: string, environment: Record<string, string>) =>
  load(text, { environment }).config.streams[0]?.proxy

describe('the proxy of a source', () => {
  test('N-22 is its own, else that of the environment, else none', () => {
    const environment = { HTTP_PROXY: 'http://outer:3128' }
    expect(proxyOf(minimal, {})).toBeUndefined()
    expect(proxyOf(minimal, environment)).toBe('http://outer:3128')
    expect(proxyOf(minimal, { ...environment, NO_PROXY: '127.0.0.1' })).toBeUndefined()
    expect(proxyOf(withLines('proxy: http://own:3128'), environment)).toBe('http://own:3128')
    expect(proxyOf(withLines("proxy: '${MINE}'"), { MINE: 'http://own:3128' })).toBe('http://own:3128')
    expect(proxyOf(withLines('proxy: none'), environment)).toBeUndefined()
  })

  test('N-22 is shown with where it came from, and without its password', () => {
    const environment = { http_proxy: 'http://me:pw@outer:3128' }
    const loaded = load(minimal, {
      environment: { http_proxy: 'http://me:hunter2@o:1' },
    })
    expect(loaded.describe()).toMatch(/sources\[0\]\.proxy: http:\/\/\[redacted\]@o:1 +# http_proxy/)
    expect(loaded.secrets.redact('hunter2')).toBe('[redacted]')
    expect(load(minimal, { environment }).describe()).not.toContain('pw')
    expect(load(minimal, { environment: {} }).describe()).toMatch(/sources\[0\]\.proxy: none +# default/)
    expect(load(withLines('proxy: http://me:pw@own:1'), { environment }).describe()).not.toContain('pw')
  })

  test('N-22 that is none is refused, wherever it was named', () => {
    expect(problems(withLines('proxy: socks5://me:pw@own:1'))[0]).toMatch(
      /sources\[0\]\.proxy is "socks5:\/\/\[redacted\]@own:1"; allowed is the http or https URL of a proxy, or none/,
    )
    expect(problems(minimal, { environment: { HTTP_PROXY: 'socks5://o:1' } })).toEqual([
      'HTTP_PROXY: it names no proxy; allowed is an http or https URL (NO_PROXY keeps hosts from it)',
    ])
  })
})

describe('TLS of a source', () => {
  testWith('openssl')('N-22 certificates and key are read from files beside the pipeline', async () => {
    await using made = await selfSigned()
    const text = withLines('tls: { ca: cert.pem, cert: ./cert.pem, key: key.pem, servername: shop.example }')
    const loaded = parseConfig(text, join(made.folder, 'p.yaml'), { environment: {} })
    const { cert, key } = made
    expect(loaded.config.streams[0]?.tls).toEqual({
      ca: cert,
      cert,
      key,
      servername: 'shop.example',
      insecure: false,
    })
    expect(loaded.describe()).toContain('sources[0].tls.key: key.pem')
  })

  testWith('openssl')('N-22 all that cannot be used is told with its place', async () => {
    await using made = await selfSigned()
    await using other = await selfSigned()
    await writeFile(join(made.folder, 'none.pem'), 'hello')
    const told = (tls: string) => {
      try {
        parseConfig(withLines(`tls: ${tls}`), join(made.folder, 'p.yaml'), { environment: {} })
        return ''
      } catch (error) {
        return String(error)
      }
    }
    expect(told('{ ca: missing.pem }')).toMatch(
      /p\.yaml:\d+:\d+: sources\[0\]\.tls\.ca is ".*missing\.pem", which cannot be read \(ENOENT\); allowed is a PEM file/,
    )
    expect(told('{ ca: none.pem }')).toMatch(/none\.pem", which is no PEM file/)
    expect(told('{ cert: cert.pem }')).toMatch(/tls has one of cert and key; allowed are both or none/)
    expect(told(`{ cert: cert.pem, key: ${other.keyFile} }`)).toMatch(/tls cannot be used: .*mismatch/)
    expect(told('{ ca: missing.pem, cert: none.pem }').split('\n')).toHaveLength(2)
    const key = told(`{ key: ${JSON.stringify('-----BEGIN PRIVATE KEY-----\nMIIabc')} }`)
    expect(key).toMatch(/tls\.key is a PEM text; allowed is the name of a file that holds it$/)
    expect(told('{ pfx: x }')).toMatch(/tls\.pfx is an unknown key/)
  })
})

test('N-22 how a source is reached changes nothing of the plan', () => {
  const plan = (text: string) => {
    const { config, secrets } = load(text, { environment: {} })
    return planIdentity(config, secrets)
  }
  const other = withLines('proxy: http://own:3128', 'tls: { insecure: true }', 'allowPrivate: true')
  expect(plan(other)).toEqual(plan(minimal))
})
