import { expect, test } from 'vitest'
import { printable } from '../../src/display/index.js'

test.each([
  ['ESC', '\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
  ['C1: U+009B begins a command as ESC [ does', '\u009b31mred', '\\u009b31mred'],
  ['a carriage return, a backspace and DEL', 'a\r\b\u007f', 'a\\u000d\\u0008\\u007f'],
  ['what turns the direction of writing', '\u202etxt.exe\u2066\u200f', '\\u202etxt.exe\\u2066\\u200f'],
  ['separators of lines', 'a\u2028b\u0085c', 'a\\u2028b\\u0085c'],
  ['NUL', '\u0000', '\\u0000'],
])('N-29 %s is escaped in what is shown', (_, text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('N-29 lines, tabs and letters of any script stay; JSON means the same after it', () => {
  const text = 'naïve\t日本語 ελληνικά עברית 🎉\n'
  expect(printable(text)).toBe(text)
  const value = { text: 'a\u009b\u202eb\n' }
  expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value)
})
