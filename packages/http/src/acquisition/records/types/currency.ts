const iso4217 = new Set(Intl.supportedValuesOf('currency'))
/**
 * The one sign that stands for one currency wherever it is used. `$`, `£`, `¥` and `kr` stand for several.
 */
const unambiguous: Readonly<Record<string, string>> = { '€': 'EUR' }

/** Finds the ISO 4217 code that a text names: the mapping's symbols first, then codes in any case. */
export function currencyNames(type: {
  readonly symbols?: Readonly<Record<string, string>> | undefined
  readonly currency?: string | undefined
}): (name: string) => string | undefined {
  const symbols = new Map(Object.entries({ ...unambiguous, ...type.symbols }))
  const own = new Set([...symbols.values(), ...(type.currency === undefined ? [] : [type.currency])])
  return name => {
    const symbol = symbols.get(name)
    if (symbol !== undefined) return symbol
    const code = name.toUpperCase()
    return iso4217.has(code) || own.has(code) ? code : undefined
  }
}

const digitsOf = new Map<string, number>()

/**
 * How many digits after the point the currency is usually written with; 2 for one that CLDR does not know.
 */
export function usualDigits(currency: string): number {
  let digits = digitsOf.get(currency)
  if (digits === undefined) {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency })
    digits = format.resolvedOptions().maximumFractionDigits ?? 2
    digitsOf.set(currency, digits)
  }
  return digits
}
