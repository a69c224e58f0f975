import { compileExpression } from '../../records/index.js'
import type { PagingPlace } from '../../records/index.js'
import type { ComputedValue } from '../../references/index.js'
import { isComputed } from '../../references/index.js'
import type { SchemaParts } from '../../schema/index.js'

/** A path into a page, several of which the first with a value counts, or an expression over its body. */
export type PathOrExpression = string | readonly string[] | ComputedValue

export const PATHS =
  'a path such as data.items, images[0].url or ["odd.name"], a list of paths, or { expr: JSONata }'

export function pathSchema({ anyOf, path, list, strict, text }: SchemaParts) {
  const expression = text('an expression of JSONata').superRefine((value, context) => {
    try {
      compileExpression(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: `an expression of JSONata: ${(error as Error).message}` })
    }
  })
  return anyOf([path(), list(path(), PATHS), strict({ expr: expression })], PATHS)
}

/** The places at which a page is read; `placeOf` says what a path is. */
export function placesAt(
  paths: PathOrExpression,
  placeOf: (path: string) => PagingPlace,
): PagingPlace | readonly PagingPlace[] {
  if (isComputed(paths)) return paths
  const places = [paths].flat().map(placeOf)
  const [only] = places
  return places.length === 1 && only !== undefined ? only : places
}

export function shownPath(paths: PathOrExpression | undefined): string {
  return isComputed(paths) ? `the expression ${paths.expr}` : String(paths)
}
