import type { Expression } from '../jinja/index.js'
import { constant, str } from '../jinja/index.js'

/** A path, and the parameters that stand behind its `?`. */
export interface PathAndQuery {
  readonly path: Expression
  readonly query: readonly (readonly [name: string, value: Expression])[]
}

/** Takes the query off a path; undefined where a name is no text, or where there is none. */
export function withoutQuery(expression: Expression): PathAndQuery | undefined {
  if (expression.kind !== 'text') return undefined
  const [path, ...behind] = cut(expression.parts, '?')
  if (path === undefined || behind.length !== 1) return undefined
  const query = cut(behind[0] ?? [], '&').map(parts => {
    const [name, ...values] = cut(parts, '=')
    const [only, ...more] = name ?? []
    const isPair = only?.kind === 'constant' && more.length === 0 && values.length === 1
    return isPair ? ([decoded(str(only.value)), whole(values[0] ?? [])] as const) : undefined
  })
  return query.every(one => one !== undefined) ? { path: whole(path), query } : undefined
}

/** At each sign in what is a text. */
function cut(parts: readonly Expression[], sign: string): Expression[][] {
  const cuts: Expression[][] = [[]]
  for (const part of parts) {
    if (part.kind !== 'constant') cuts.at(-1)?.push(part)
    else
      for (const [at, text] of str(part.value).split(sign).entries()) {
        if (at > 0) cuts.push([])
        if (text !== '') cuts.at(-1)?.push(constant(text))
      }
  }
  return cuts
}

function whole(parts: readonly Expression[]): Expression {
  const [only] = parts
  if (parts.every(part => part.kind === 'constant'))
    return constant(decoded(parts.map(({ value }) => str(value)).join('')))
  return parts.length === 1 && only !== undefined ? only : { kind: 'text', parts }
}

/** A query is written for a URL; a value of the pipeline stands for itself. */
function decoded(text: string): string {
  return new URLSearchParams(`x=${text.replaceAll('+', '%2B')}`).get('x') ?? text
}
