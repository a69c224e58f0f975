import type { Constant } from './expression.js'
import { TemplateError } from './expression.js'

export type Args = readonly Constant[]
export type Named = Readonly<Record<string, Constant>>

/** A function, and what its parameters are called. */
export interface Callable {
  readonly parameters: readonly string[]
  readonly apply: (value: Constant, args: Args) => Constant
}

export const callable = (parameters: string, apply: Callable['apply']): Callable => ({
  parameters: parameters.split(' ').filter(name => name !== ''),
  apply,
})

/** Arguments by their places, those with names put there. @throws TemplateError for one too many. */
export function bound(name: string, parameters: readonly string[], args: Args, named: Named = {}): Args {
  const unknown = Object.keys(named).find(key => parameters.indexOf(key) < args.length)
  if (unknown !== undefined || args.length > parameters.length)
    throw new TemplateError(`${name} takes no ${unknown ?? `${args.length} arguments`} here`)
  return parameters.map((key, at) => (at < args.length ? args[at] : named[key]))
}
