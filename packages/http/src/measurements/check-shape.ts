import type * as z from 'zod'
import { MeasurementError } from './measurement-error.js'

/**
 * The value in its shape, without members that the shape does not know.
 * @throws MeasurementError `invalid` that names the first member that is wrong, after `at`.
 */
export function checkShape<T>(file: string, at: string, schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  const path = [at, ...(issue?.path ?? [])].filter(part => part !== '').join('.')
  const found = shown(valueAt(value, issue?.path ?? []))
  throw new MeasurementError(file, 'invalid', `${path} is ${found}; allowed is ${allowed(issue)}`, error)
}

/** Version and kind are told by the same words wherever they are wrong. */
export function newerVersion(file: string, what: string, found: unknown, allowed: number): MeasurementError {
  const text = `${what} of version ${shown(found)}; allowed is ${allowed}`
  return typeof found === 'number' && found > allowed
    ? new MeasurementError(file, 'newer-version', `${text}: a later async-patterns has written it`)
    : new MeasurementError(file, 'invalid', text)
}

/** A value in a message, in short. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null)?.[key], value)
}

function allowed(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_type') return issue.expected
  if (issue?.code === 'invalid_value') return issue.values.map(value => JSON.stringify(value)).join(' or ')
  return issue?.message ?? 'another value'
}
