/**
 * A template of a manifest as a tree. The same tree is what is left of it when all that is known at import
 * has been put in: then only what changes from request to request, or from record to record, stands in it.
 */
export type Expression =
  | { readonly kind: 'constant'; readonly value: Constant }
  | { readonly kind: 'name'; readonly name: string }
  /** A setting whose value comes from the environment when the pipeline runs. */
  | { readonly kind: 'setting'; readonly variable: string; readonly type: SettingType }
  | { readonly kind: 'item'; readonly of: Expression; readonly key: Expression }
  | Slice
  | Call
  | Filter
  | {
      readonly kind: 'test'
      readonly of: Expression
      readonly name: string
      readonly args: readonly Expression[]
    }
  | { readonly kind: 'not' | 'negate'; readonly of: Expression }
  | Binary
  | {
      readonly kind: 'if'
      readonly test: Expression
      readonly then: Expression
      readonly otherwise: Expression
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  /** Literal text with values in it. */
  | { readonly kind: 'text'; readonly parts: readonly Expression[] }
  | { readonly kind: 'set'; readonly name: string; readonly value: Expression }
  | { readonly kind: 'for'; readonly name: string; readonly over: Expression; readonly body: Expression }

/** What the text of a setting stands for. */
export type SettingType = 'text' | 'number' | 'boolean' | 'list'

export interface Slice {
  readonly kind: 'slice'
  readonly of: Expression
  readonly start?: Expression | undefined
  readonly stop?: Expression | undefined
}

export interface Call {
  readonly kind: 'call'
  readonly of: Expression
  readonly args: readonly Expression[]
  readonly named: Readonly<Record<string, Expression>>
}

export interface Filter {
  readonly kind: 'filter'
  readonly of: Expression
  readonly name: string
  readonly args: readonly Expression[]
  readonly named: Readonly<Record<string, Expression>>
}

export interface Binary {
  readonly kind: 'binary'
  readonly operator: Operator
  readonly left: Expression
  readonly right: Expression
}

export type Operator =
  | 'or'
  | 'and'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | '+'
  | '-'
  | '~'
  | '*'
  | '/'
  | '//'
  | '%'
  | '**'

/** A value of the template language; undefined is its "undefined". */
export type Constant =
  | undefined
  | null
  | boolean
  | number
  | string
  | readonly Constant[]
  | Moment
  | Span
  | { readonly [key: string]: Constant }

/** A date with time, or a date alone. */
export class Moment {
  /** Since 1970; behind the point are microseconds. */
  readonly ms: number
  readonly isDate: boolean
  /** By how many milliseconds its zone is ahead of UTC. */
  readonly offset: number

  constructor(ms: number, isDate = false, offset = 0) {
    this.ms = ms
    this.isDate = isDate
    this.offset = offset
  }
}

/** A length of time. */
export class Span {
  readonly ms: number

  constructor(ms: number) {
    this.ms = ms
  }
}

export const constant = (value: Constant): Expression => ({ kind: 'constant', value })

/** Something in a template that is not understood, or cannot be done. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
}

/** Something is read of a value that is not there; a template that does so is empty. */
export class NothingThere extends TemplateError {}
