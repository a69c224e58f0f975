/**
 * An object that was stored as JSON.
 * @throws SyntaxError when it is none any more: the ledger is damaged.
 */
export function storedObject(text: string): object {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError(`${text.slice(0, 20)} is no object`)
  return value
}

/** A list of texts that was stored as JSON, likewise. */
export function storedTexts(text: string): readonly string[] {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value) || !value.every(item => typeof item === 'string'))
    throw new SyntaxError(`${text.slice(0, 20)} is no list of texts`)
  return value
}
