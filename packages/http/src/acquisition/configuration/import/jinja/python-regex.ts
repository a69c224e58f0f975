import { TemplateError } from './expression.js'

const TOKEN =
  /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|0[0-7]{0,2}|[1-3][0-7]{2}|\d{1,2}|[^])|\[\^?\]?(?:\\[^]|[^\]\\])*\]|\(\?P<\w+>|\(\?P=\w+\)|\(\?#[^)]*\)|\(\?(?::|=|!|<=|<!)|\(\?|\{\d*,?\d*\}|[^]/g
const CLASS_ITEM = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|0[0-7]{0,2}|[1-3][0-7]{2}|[^])|[^]/g

interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
}

/**
 * A regular expression of Python as JavaScript writes it, with and without the flag `u`.
 * @throws TemplateError for one that JavaScript does not have.
 */
export function regexOf(pattern: string): string {
  const refuse = (why: string): never => {
    throw new TemplateError(`${JSON.stringify(pattern)} is no regular expression here: ${why}`)
  }
  const [whole = '', given = ''] = /^\(\?([aimsux]+)\)/.exec(pattern) ?? []
  if (given.includes('x')) refuse('the flag x is not understood')
  const flags = { i: given.includes('i'), m: given.includes('m'), s: given.includes('s') }
  const source = (pattern.slice(whole.length).match(TOKEN) ?? [])
    .map(token => converted(token, flags, refuse))
    .join('')
  try {
    void new RegExp(source)
    void new RegExp(source, 'u')
  } catch (error) {
    refuse((error as Error).message)
  }
  return source
}

/** Whether it has a group whose text can be asked for. */
export function hasGroup(source: string): boolean {
  return (new RegExp(`${source}|`).exec('')?.length ?? 0) > 1
}

type Refuse = (why: string) => never

function converted(token: string, flags: Flags, refuse: Refuse): string {
  if (token === '\\A') return '(?<![^])'
  if (token === '\\Z') return '(?![^])'
  if (token.startsWith('\\')) return escape(token, '', refuse)
  if (token.startsWith('[') && token.length > 1) return classOf(token, flags, refuse)
  if (token.startsWith('(?P<')) return `(?<${token.slice(4)}`
  if (token.startsWith('(?P=')) return `\\k<${token.slice(4, -1)}>`
  if (token.startsWith('(?#')) return ''
  if (token === '(?') return refuse('(? is followed by what is not understood')
  if (/^\{\d*,?\d*\}$/.test(token) && token !== '{}') return token.replace('{,', '{0,')
  if (/^[{}\]]/.test(token)) return token.replace(/[{}\]]/g, '\\$&')
  if (token === '.' && flags.s) return '[^]'
  if (token === '^' && flags.m) return '(?<![^\\n])'
  if (token === '$' && flags.m) return '(?![^\\n])'
  return flags.i && /^[a-z]$/i.test(token) ? `[${token.toLowerCase()}${token.toUpperCase()}]` : token
}

/** `more`: what may be escaped besides. */
function escape(token: string, more: string, refuse: Refuse): string {
  const sign = token.slice(1)
  if (/^(?:0|[1-3][0-7]{2}$)/.test(sign))
    return `\\x${Number.parseInt(sign, 8).toString(16).padStart(2, '0').slice(-2)}`
  if (/^(?:[dDwWsSbBnrtfv]|x..|u....|\d+)$/.test(sign)) return token
  if (sign === 'a') return '\\x07'
  if (/[a-z]/i.test(sign)) return refuse(`${token} is not understood`)
  return `^$\\.*+?()[]{}|/${more}`.includes(sign) ? token : sign
}

function classOf(token: string, { i }: Flags, refuse: Refuse): string {
  const [, not = '', inner = ''] = /^\[(\^?)([^]*)\]$/.exec(token) ?? []
  const items = (inner.match(CLASS_ITEM) ?? []).map((item, at) => {
    if (item.startsWith('\\')) return escape(item, '-', refuse)
    return item === ']' && at === 0 ? '\\]' : item
  })
  return `[${not}${i ? bothCases(items, refuse) : items.join('')}]`
}

function bothCases(items: readonly string[], refuse: Refuse): string {
  let text = ''
  for (let at = 0; at < items.length; at++) {
    const [first = '', dash, last] = items.slice(at, at + 3)
    const isRange = dash === '-' && last !== undefined
    const range = isRange ? `${first}-${last}` : first
    if (isRange) at += 2
    if (isRange && /[a-z]/i.test(first + last) && !/^(?:[a-z]-[a-z]|[A-Z]-[A-Z])$/.test(range))
      return refuse(`${range} has two cases`)
    const isLetters = /^[a-z](?:-[a-z])?$/i.test(range)
    text += isLetters ? range.toLowerCase() + range.toUpperCase() : range
  }
  return text
}
