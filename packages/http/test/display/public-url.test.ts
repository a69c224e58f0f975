import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { publicUrl } from '../../src/display/index.js'

test.each([
  ['http://h:1/a/b?page=3&x=1', 'http://h:1/a/b?page=3&x=1'],
  ['http://h/?api_key=secret&x=1', 'http://h/?api_key=[redacted]&x=1'],
  ['http://h/?k=longer&flag', 'http://h/?k=[redacted]&[redacted]'],
  ['http://me:secret@h/', 'http://[redacted]@h/'],
  ['http://me@h/?q#secret', 'http://[redacted]@h/?q#[redacted]'],
  ['htp://me:secret@h/?k=secret', 'htp://[redacted]@h/?k=[redacted]'],
  ['http://me:sec/r?e#t@h:99999/', 'http://[redacted]@h:99999/'],
  ['me:secret@h', 'me:[redacted]@h'],
  ['http://h/@user/x', 'http://h/@user/x'],
  ['HTTP:\\\\me:secret@h', 'HTTP:\\\\[redacted]@h'],
  ['no url', 'no url'],
])('N-28 %s is shown as %s', (url, shown) => {
  expect(publicUrl(url)).toBe(shown)
})

test('N-28 whatever the password, it is gone', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[!-~]{4,20}$/).filter(isNoPort), password => {
      for (const scheme of ['http://', 'htp:/', ''])
        expect(publicUrl(`${scheme}me:${password}@host/`)).not.toContain(`:${password}@`)
      expect(publicUrl(`http://host/?k=${encodeURIComponent(password)}`)).toBe('http://host/?k=[redacted]')
    }),
  )
})

/** `http://me:80/x@host/` is a host named me. */
function isNoPort(password: string): boolean {
  return !/^\d+[\\/?#]/.test(password)
}
