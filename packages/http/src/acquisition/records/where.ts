/** What a value of a record is compared with. */
export type Scalar = string | number | boolean | null

/** What a record must be to be taken. What a path with `*` leads to counts where one of its values does. */
export type WhereRule =
  /** It is this: of the same type, and equal; numbers by value. */
  | { readonly path: string; readonly is: Scalar }
  | { readonly path: string; readonly in: readonly Scalar[] }
  /** Something stands there; null is nothing. */
  | { readonly path: string; readonly exists: boolean }
  /** A regular expression that finds something in the text, or in a number's digits. */
  | { readonly path: string; readonly matches: string }
  /** Dates, where a text is given, or numbers. What is neither is not before and not after. */
  | { readonly path: string; readonly before: string | number }
  | { readonly path: string; readonly after: string | number }
  | { readonly any: readonly Where[] }
  | { readonly not: Where }

/** One rule, or several that must all hold. */
export type Where = WhereRule | readonly WhereRule[]
