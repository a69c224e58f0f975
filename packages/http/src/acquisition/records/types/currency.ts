/** Codes of ISO 4217 that Intl leaves out, because they are new or no cash. */
const beside = 'BOV CHE CHW CLF COU MXV SLE USN UYI UYW VED XCG ZWG'

const iso4217 = new Set([...Intl.supportedValuesOf('currency'), ...beside.split(' ')])
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

/** ISO 4217, table A.1, column "minor unit", where it is not 2. */
const exceptions: ReadonlyMap<number, string> = new Map([
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
])

const digitsOf = new Map(
  [...exceptions].flatMap(([digits, codes]) => codes.split(' ').map(code => [code, digits] as const)),
)

/** No currency has minor units of more digits than this. */
export const mostMinorDigits = 4

/** How many digits after the point the currency's minor unit has. */
export function minorDigits(currency: string): number {
  return digitsOf.get(currency) ?? 2
}
