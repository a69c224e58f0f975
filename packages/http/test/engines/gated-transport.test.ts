import { expect, test } from 'vitest'
import type { Transport, TransportRequest } from '../../src/engines/index.js'
import { errorCode, GatedTransport } from '../../src/engines/index.js'

const RESPONSE = { statusCode: 200, headers: {}, body: new Uint8Array(0), bytes: 0, url: '' }

function gateTo(...origins: string[]) {
  const sent: string[] = []
  const behind: Transport = {
    send: async ({ url }: TransportRequest) => {
      sent.push(url)
      return RESPONSE
    },
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
  const gate = new GatedTransport(behind, origins)
  const codeOf = (url: string) => gate.send({ url }).then(() => 'sent', errorCode)
  return { codeOf, sent }
}

test.each([
  'http://127.0.0.1:8000/',
  'http://127.1:8000/',
  'http://2130706433:8000/',
  'http://0x7f.1:8000/',
  'http://0177.0.0.1:8000/',
  'http://127.0.0.1.:8000/',
  'http://１２７.０.０.１:8000/',
  'HTTP://127.0.0.1:08000/x?y',
  'http://127.0.0.1:8000\\@127.0.0.2:8000/',
])('A-15 %s is the origin http://127.0.0.1:8000 in other letters', async url => {
  const { codeOf } = gateTo('http://127.0.0.1:8000/api')
  expect(await codeOf(url)).toBe('sent')
})

test.each([
  'http://127.0.0.2:8000/',
  'http://127.0.0.1/',
  'http://127.0.0.1:8001/',
  'https://127.0.0.1:8000/',
  'http://0.0.0.0:8000/',
  'http://localhost:8000/',
  'http://localhost.:8000/',
  'http://[::1]:8000/',
  'http://[::ffff:7f00:1]:8000/',
  'http://[::ffff:127.0.0.1]:8000/',
  'http://[fd00:ec2::254]/',
  'http://169.254.169.254/latest/meta-data/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://100.64.0.1:8000/',
  'http://127.0.0.1:8000@127.0.0.2:8000/',
  'http://127.0.0.1%2e127.0.0.2:8000/',
  'http://evil.example/#@127.0.0.1:8000/',
  'blob:http://127.0.0.1:8000/id',
  'filesystem:http://127.0.0.1:8000/x',
  'data:,x',
  'file:///etc/passwd',
  'javascript:1',
  '//127.0.0.1:8000/',
  '',
])('A-15 %s is refused where http://127.0.0.1:8000 alone may be asked', async url => {
  const { codeOf, sent } = gateTo('http://127.0.0.1:8000/api')
  expect(await codeOf(url)).toBe('ORIGIN_REFUSED')
  expect(sent).toEqual([])
})

test('N-27 the gate names what was asked and what is allowed, without what the URL holds', async () => {
  const gate = new GatedTransport({} as Transport, ['https://shop.example/api'])
  await expect(gate.send({ url: 'https://u:secret@evil.example/x?key=secret' })).rejects.toThrow(
    'a request to https://evil.example; allowed is https://shop.example',
  )
})
