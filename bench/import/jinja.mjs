/** Jinja as the CDK evaluates it: nunjucks reads the template, this evaluates what it read with Python's values. */
import nunjucks from 'nunjucks'
import { call, member, tests } from './jinja-builtins.mjs'
import { arithmetic, compare, contains } from './jinja-operators.mjs'
import { equals, literal, str, truthy } from './python.mjs'

nunjucks.installJinjaCompat()
const { nodes, parser } = nunjucks

/** Jinja chains `a if x else b if y else c`; nunjucks' own parser does not. */
parser.Parser.prototype.parseInlineIf = function parseInlineIf() {
  const body = this.parseOr()
  if (!this.skipSymbol('if')) return body
  const node = new nodes.InlineIf(body.lineno, body.colno)
  Object.assign(node, { body, cond: this.parseOr(), else_: null })
  if (this.skipSymbol('else')) node.else_ = this.parseInlineIf()
  return node
}

/** What Jinja raises where a member of something undefined is asked for. */
export class UndefinedError extends Error {}

const parsed = new Map()

function templateOf(text) {
  let tree = parsed.get(text)
  if (tree === undefined) {
    // Python keeps a backslash before any other letter; nunjucks would drop it.
    // Jinja writes every line end as one, and leaves out the last.
    const plain = text.replace(/\r\n?/g, '\n').replace(/\n$/, '')
    const kept = plain.replace(/\{[{%].*?[%}]\}/gs, code => code.replace(/\\(?![ntr'"\\])/g, '\\\\'))
    tree = parser.parse(kept, [], { trimBlocks: false, lstripBlocks: false })
    parsed.set(text, tree)
  }
  return tree
}

const isTemplate = text => text.includes('{{') || text.includes('{%') || text.includes('{#')

/** The text of a template. */
function render(text, context) {
  if (!isTemplate(text)) return text
  const scope = { names: Object.create(null), context }
  return block(templateOf(text), scope)
}

/** JinjaInterpolation.eval: the literal that the text is, else the text; `types`: which literals may be so. */
export function evaluate(text, context, { fallback, types } = {}) {
  let result
  try {
    result = render(text, context)
  } catch (error) {
    if (!(error instanceof UndefinedError)) throw error
  }
  if (result !== undefined && result !== '') return asLiteral(result, types)
  return fallback === undefined ? null : asLiteral(render(fallback, context), types)
}

function asLiteral(text, types) {
  const found = literal(text)
  if (found === undefined) return text
  return types === undefined || types(found.value) ? found.value : text
}

/** InterpolatedString.eval. */
export function evaluateString(text, context) {
  return typeof text === 'string' ? evaluate(text, context, { fallback: text }) : text
}

const FALSE = new Set(['False', 'false', '{}', '[]', '()', '', '0', '0.0'])

/** InterpolatedBoolean.eval. */
export function evaluateBoolean(text, context) {
  if (typeof text === 'boolean') return text
  const value = evaluate(String(text), context, { fallback: 'False' })
  if (typeof value === 'string') return !FALSE.has(value)
  // `evaluated in FALSE_VALUES` compares by value: 0 == False, but None is in no such list.
  return value === null ? true : truthy(value)
}

/** Like {@link evaluateBoolean}; an access to something undefined is told apart by an error. */
export function evaluateStrictly(text, context) {
  return asLiteral(render(text, context))
}

function block(node, scope) {
  return node.children.map(child => statement(child, scope)).join('')
}

function statement(node, scope) {
  if (node instanceof nodes.Output) {
    return node.children
      .map(child => (child instanceof nodes.TemplateData ? child.value : str(expression(child, scope))))
      .join('')
  }
  if (node instanceof nodes.If) return conditional(node, scope)
  if (node instanceof nodes.For) return loop(node, scope)
  if (node instanceof nodes.Set) return assign(node, scope)
  if (node instanceof nodes.NodeList) return block(node, scope)
  throw new Error(`Jinja: no such statement here: ${node.typename}`)
}

function conditional(node, scope) {
  if (truthy(expression(node.cond, scope))) return statement(node.body, scope)
  return node.else_ ? statement(node.else_, scope) : ''
}

function assign(node, scope) {
  const value = node.value ? expression(node.value, scope) : block(node.body.body, scope)
  for (const target of node.targets) scope.names[target.value] = value
  return ''
}

function loop(node, scope) {
  const list = Array.from(iterate(expression(node.arr, scope)))
  return list
    .map((item, index) => {
      const names = Object.create(scope.names)
      bind(node.name, item, names)
      names.loop = {
        index: index + 1,
        index0: index,
        first: index === 0,
        last: index === list.length - 1,
        length: list.length,
      }
      return statement(node.body, { ...scope, names })
    })
    .join('')
}

function bind(name, item, names) {
  if (name instanceof nodes.Symbol) names[name.value] = item
  else name.children.forEach((child, index) => (names[child.value] = item[index]))
}

function iterate(value) {
  if (value === undefined) return []
  return Array.isArray(value) || typeof value === 'string' ? value : Object.keys(value)
}

const EXPRESSIONS = {
  Literal: node => (node.value instanceof RegExp ? node.value.source : node.value),
  Symbol: (node, scope) => symbol(node.value, scope),
  Group: (node, scope) =>
    node.children.length === 1
      ? expression(node.children[0], scope)
      : node.children.map(one => expression(one, scope)),
  Array: (node, scope) => node.children.map(one => expression(one, scope)),
  Dict: (node, scope) =>
    Object.fromEntries(
      node.children.map(({ key, value }) => [
        str(key instanceof nodes.Symbol ? key.value : expression(key, scope)),
        expression(value, scope),
      ]),
    ),
  LookupVal: lookup,
  InlineIf: (node, scope) => {
    if (truthy(expression(node.cond, scope))) return expression(node.body, scope)
    return node.else_ ? expression(node.else_, scope) : undefined
  },
  And: (node, scope) => {
    const left = expression(node.left, scope)
    return truthy(left) ? expression(node.right, scope) : left
  },
  Or: (node, scope) => {
    const left = expression(node.left, scope)
    return truthy(left) ? left : expression(node.right, scope)
  },
  Not: (node, scope) => !truthy(expression(node.target, scope)),
  In: (node, scope) => contains(expression(node.right, scope), expression(node.left, scope)),
  Is: isTest,
  Compare: (node, scope) => {
    let left = expression(node.expr, scope)
    return node.ops.every(({ type, expr }) => {
      const right = expression(expr, scope)
      const holds =
        type === '=='
          ? equals(left, right)
          : type === '!='
            ? !equals(left, right)
            : compare(type, left, right)
      left = right
      return holds
    })
  },
  Concat: (node, scope) => str(expression(node.left, scope)) + str(expression(node.right, scope)),
  Neg: (node, scope) => arithmetic('Mul', expression(node.target, scope), -1),
  Pos: (node, scope) => expression(node.target, scope),
  FunCall: (node, scope) => callNode(node, scope),
  Filter: (node, scope) => {
    const [values, named] = argumentsOf(node.args, scope)
    return call(`|${node.name.value}`, values, named, scope.context)
  },
}
for (const name of ['Add', 'Sub', 'Mul', 'Div', 'FloorDiv', 'Mod', 'Pow']) {
  EXPRESSIONS[name] = (node, scope) => arithmetic(name, defined(node.left, scope), defined(node.right, scope))
}

function expression(node, scope) {
  const evaluator = EXPRESSIONS[node.typename]
  if (evaluator === undefined) throw new Error(`Jinja: no such expression here: ${node.typename}`)
  return evaluator(node, scope)
}

/** Jinja's Undefined takes part in no arithmetic. */
function defined(node, scope) {
  const value = expression(node, scope)
  if (value === undefined) throw new UndefinedError('an operand is undefined')
  return value
}

const CONSTANTS = { True: true, true: true, False: false, false: false, None: null, none: null }

function symbol(name, { names, context }) {
  if (name in CONSTANTS) return CONSTANTS[name]
  if (name in names) return names[name]
  if (name in context) return context[name]
  throw new Error(`Jinja macro has undeclared variables: ${name}`)
}

function lookup(node, scope) {
  const target = expression(node.target, scope)
  if (node.val.typename === 'Slice') return slice(target, node.val, scope)
  const key = expression(node.val, scope)
  if (target === undefined) throw new UndefinedError(`${str(key)} of something undefined`)
  const value = member(target, key)
  return typeof value === 'function' ? undefined : value
}

function slice(target, { start, stop }, scope) {
  if (target === undefined) throw new UndefinedError('a slice of something undefined')
  const end = expression(stop, scope)
  return target.slice(expression(start, scope) ?? 0, end ?? undefined)
}

function isTest(node, scope) {
  const { right } = node
  const name = right.typename === 'FunCall' ? right.name.value : (right.value ?? 'none')
  const test = tests[name === null ? 'none' : name]
  if (test === undefined) throw new Error(`Jinja: no test named ${name}`)
  const values = right.typename === 'FunCall' ? argumentsOf(right.args, scope)[0] : []
  return test(expression(node.left, scope), ...values)
}

function argumentsOf(args, scope) {
  const values = []
  const named = {}
  for (const arg of args.children) {
    if (arg.typename === 'KeywordArgs') {
      for (const { key, value } of arg.children) named[key.value] = expression(value, scope)
    } else values.push(expression(arg, scope))
  }
  return [values, named]
}

function callNode(node, scope) {
  const [values, named] = argumentsOf(node.args, scope)
  if (!(node.name instanceof nodes.LookupVal)) return call(node.name.value, values, named, scope.context)
  const target = expression(node.name.target, scope)
  const name = expression(node.name.val, scope)
  if (target === undefined) throw new UndefinedError(`${str(name)}() of something undefined`)
  const method = member(target, name, true)
  if (typeof method !== 'function') throw new UndefinedError(`${str(target)} has no method ${str(name)}`)
  return method(...values, ...(Object.keys(named).length > 0 ? [named] : []))
}

/** The members of `root` that a template reads, as paths: `response.a['b']` and `response.get('a').b` alike. */
export function chainsOf(text, root) {
  const found = new Map()
  if (typeof text === 'string' && isTemplate(text)) walk(templateOf(text), root, found)
  return [...found.values()]
}

function walk(node, root, found) {
  const path = chainOf(node, root)
  if (path !== undefined && path.length > 0) found.set(path.join('\u0000'), path)
  if (path !== undefined) return
  for (const child of childrenOf(node)) walk(child, root, found)
}

function childrenOf(node) {
  const children = node.fields.flatMap(field => node[field] ?? [])
  return children.flat().filter(child => child instanceof nodes.Node)
}

function chainOf(node, root) {
  if (node.typename === 'Symbol') return node.value === root ? [] : undefined
  if (node.typename === 'Group' && node.children.length === 1) return chainOf(node.children[0], root)
  if (node.typename === 'LookupVal' && node.val.typename === 'Literal')
    return extended(node.target, root, node.val.value)
  if (node.typename === 'LookupVal' && node.val.typename === 'Neg') return extended(node.target, root, -1)
  const isGet =
    node.typename === 'FunCall' && node.name.typename === 'LookupVal' && node.name.val.value === 'get'
  if (isGet && node.args.children[0]?.typename === 'Literal')
    return extended(node.name.target, root, node.args.children[0].value)
  return undefined
}

function extended(target, root, key) {
  const path = chainOf(target, root)
  return path === undefined ? undefined : [...path, key]
}

/** The texts that a template names. */
export function textsOf(text) {
  const found = []
  const visit = node => {
    if (node.typename === 'Literal' && typeof node.value === 'string') found.push(node.value)
    childrenOf(node).forEach(visit)
  }
  if (typeof text === 'string' && isTemplate(text)) visit(templateOf(text))
  return found
}
