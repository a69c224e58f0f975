import { str } from './python.js'
import type { Constant } from './expression.js'
import { ExpressionParser } from './parser.js'
import type { Expression } from './expression.js'

/**
 * What a rendered text stands for: the CDK reads it as a Python literal, so that "7" becomes a number and
 * "['a']" a list. What is none stays a text.
 */
export function literal(text: string): Constant {
  if (!/^\s*(?:[-+\d.[({'"]|True\s*$|False\s*$|None\s*$)/.test(text)) return text
  if (/^\s*[-+]?0\d/.test(text)) return text
  const quoted = /^"""([^]*)"""$/.exec(text)
  if (quoted !== null) return quoted[1]
  try {
    return literalOf(new ExpressionParser(text.trim()).parse())
  } catch {
    return text
  }
}

function literalOf(expression: Expression): Constant {
  if (expression.kind === 'constant') return expression.value
  if (expression.kind === 'list') return expression.items.map(literalOf)
  if (expression.kind === 'negate') {
    const value = literalOf(expression.of)
    if (typeof value === 'number') return -value
  }
  if (expression.kind === 'dict') {
    return Object.fromEntries(
      expression.entries.map(([key, value]) => [str(literalOf(key)), literalOf(value)]),
    )
  }
  throw new SyntaxError('not a literal')
}
