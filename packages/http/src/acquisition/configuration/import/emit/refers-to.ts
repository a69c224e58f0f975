/** Whether a value of a request refers to one of these, in a text as `{since}` or in an expression. */
export function refersTo(value: unknown, names: readonly string[]): boolean {
  const one = `(?:${names.join('|')})`
  const inText = new RegExp(`\\{${one}\\}`)
  const inExpression = new RegExp(`(?<![\\w$.\`])${one}\\b`)
  const walk = (part: unknown, key?: string): boolean => {
    if (typeof part === 'string')
      return key === 'expr' ? inExpression.test(part.replace(TEXT, '""')) : inText.test(part)
    if (typeof part !== 'object' || part === null) return false
    return Object.entries(part).some(([name, item]) => walk(item, name))
  }
  return walk(value)
}

/** What stands in quotes in an expression refers to nothing. */
const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g
