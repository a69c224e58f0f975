import type { Expression } from '../jinja/index.js'
import { truthy } from '../jinja/index.js'

/** A value that is read out of another by keys and indexes: `response.data[0].id`. */
export interface Way {
  readonly root: string
  readonly keys: readonly (string | number)[]
}

/** The way that an expression goes; undefined when it does anything else. What it falls back to is nothing. */
export function wayOf(expression: Expression): Way | undefined {
  if (expression.kind === 'name') return { root: expression.name, keys: [] }
  const inner = withoutFallback(expression)
  if (inner !== expression) return wayOf(inner)
  if (expression.kind !== 'item' || expression.key.kind !== 'constant') return undefined
  const { value } = expression.key
  const before = wayOf(expression.of)
  const isKey = typeof value === 'string' || typeof value === 'number'
  return before === undefined || !isKey ? undefined : { root: before.root, keys: [...before.keys, value] }
}

/** `x or ''`, `x | default(None)`, `x if x else ''`: as good as `x` where nothing counts as nothing. */
function withoutFallback(expression: Expression): Expression {
  if (expression.kind === 'binary' && expression.operator === 'or' && isNothing(expression.right)) {
    return expression.left
  }
  if (expression.kind === 'filter' && ['default', 'd'].includes(expression.name)) {
    return expression.args.every((one, at) => at > 0 || isNothing(one)) ? expression.of : expression
  }
  if (expression.kind === 'if' && isNothing(expression.otherwise)) {
    return isOnTheWay(expression.test, expression.then) ? expression.then : expression
  }
  if (expression.kind === 'text' && expression.parts.length === 1) return expression.parts[0] ?? expression
  return expression
}

function isNothing(expression: Expression): boolean {
  return expression.kind === 'constant' && !truthy(expression.value) && expression.value !== 0
}

/** Whether the test only asks for what has to be there for the value to be there. */
function isOnTheWay(test: Expression, value: Expression): boolean {
  const [asked, way] = [wayOf(presenceOf(test)), wayOf(value)]
  if (asked === undefined || way === undefined || asked.root !== way.root) return false
  return asked.keys.every((key, at) => way.keys[at] === key)
}

/** `x is not none`, `x is defined`, `x != none`: what is asked for. */
function presenceOf(test: Expression): Expression {
  if (test.kind === 'not' && test.of.kind === 'test' && ['none', 'undefined'].includes(test.of.name))
    return test.of.of
  if (test.kind === 'test' && test.name === 'defined') return test.of
  if (test.kind === 'binary' && test.operator === '!=' && isNothing(test.right)) return test.left
  return test
}

/** As a pipeline file writes it: `data[0].id`, `["odd.name"]`. */
export function pathText(keys: readonly (string | number)[]): string {
  return keys
    .map((key, at) => {
      if (typeof key === 'number') return `[${key}]`
      if (/^[^.[\]"*\s{}]+$/.test(key)) return at === 0 ? key : `.${key}`
      return `["${key.replace(/["\\]/g, '\\$&')}"]`
    })
    .join('')
}
