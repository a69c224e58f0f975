import { hash } from 'node:crypto'
import { createRequire } from 'node:module'
import type jsonata from 'jsonata'
import { storedJson } from './exact-number.js'
import { Unreadable } from './unreadable.js'

const require = createRequire(import.meta.url)

/** Computes a value of a record and of what is known besides, by name. It never rejects. */
export type Expression = (record: unknown, known: Readonly<Record<string, unknown>>) => Promise<unknown>

/**
 * Compiles an expression of JSONata, whose package is loaded by the first. Numbers that a double does not hold are
 * texts in it.
 * @throws SyntaxError with the place of what is wrong, counted from 1.
 */
export function compileExpression(text: string): Expression {
  const compiled = parsed(text)
  return async (record, known) => {
    try {
      const value: unknown = await compiled.evaluate(JSON.parse(storedJson(record)), { ...known })
      // A function, or what has none, has no JSON; sequences lose what JSONata hangs on them.
      return value === undefined ? null : (JSON.parse(JSON.stringify(value) ?? 'null') as unknown)
    } catch (error) {
      return new Unreadable('EXPR_FAILED', `its expression failed: ${messageOf(error)}`)
    }
  }
}

function parsed(text: string): jsonata.Expression {
  const compile = require('jsonata') as typeof jsonata
  try {
    const expression = compile(text)
    expression.registerFunction('hash', hashed)
    expression.registerFunction('toMillis', millisOf(compile), '<s-s?:n>')
    return expression
  } catch (error) {
    const { position } = error as Partial<jsonata.JsonataError>
    const at = position === undefined ? '' : ` at character ${position}`
    throw new SyntaxError(`${messageOf(error)}${at}`, { cause: error })
  }
}

/** `$toMillis()`, for which a date without a zone is in UTC wherever it is computed, as it is with a picture. */
function millisOf(compile: typeof jsonata): (text?: string, picture?: string) => Promise<unknown> {
  let native: jsonata.Expression | undefined
  return (text, picture) => {
    native ??= compile('$toMillis(text, picture)')
    const zoned = picture === undefined && /T[\d:.]+$/.test(text ?? '') ? `${text}Z` : text
    return native.evaluate({ text: zoned, picture }) as Promise<unknown>
  }
}

/** `$hash(text, "sha256")`, in hexadecimal digits; of nothing it is that of the empty text. */
function hashed(value: unknown, algorithm: unknown = 'sha256'): string {
  if (!HASHES.includes(algorithm as string))
    throw new TypeError(`$hash by ${JSON.stringify(algorithm)}; allowed are ${HASHES.join(', ')}`)
  return hash(algorithm as string, typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), 'hex')
}

const HASHES: readonly string[] = ['md5', 'sha1', 'sha256', 'sha512']

/** JSONata throws objects that are no errors. */
function messageOf(error: unknown): string {
  const { message } = error as { readonly message?: unknown }
  return typeof message === 'string' ? message : String(error)
}
