import type { ComputedValue, Roots, Scope, Template } from '../../references/index.js'
import {
  compileSteps,
  isBound,
  isComputed,
  parseTemplate,
  renderJson,
  renderText,
  renderTexts,
  valueTemplate,
} from '../../references/index.js'
import type { Json, JsonTree } from './json-tree.js'
import { jsonText, putAt } from './json-tree.js'
import type { QueryTemplate } from './stream-url.js'
import { parameterOf } from './url-text.js'

/** What a stream sends with its requests: one of these. */
export type BodyConfig =
  /** References stand in its texts; one that is a whole text keeps its type. */
  | { readonly json: Json }
  | { readonly form: Readonly<Record<string, QueryTemplate>> }
  | { readonly text: string }
  /** The text of the query is sent as it is; references stand in the variables. */
  | { readonly graphql: { readonly query: string; readonly variables?: Json | undefined } }

/** Values at their places in a body: a path in JSON, a name in a form. */
type BodyValues = Readonly<Record<string, string | number>>

/** A body that is sent. */
interface WrittenBody {
  readonly text: string
  readonly contentType: string
}

/** A body that waits for what a page puts into it. */
export type BoundBody = (values: BodyValues) => WrittenBody

/**
 * Reads the references of a body once.
 * @throws TemplateError for one that is not known.
 */
export function bodyTemplate(body: BodyConfig, roots: Roots): (scope: Scope) => BoundBody {
  if ('form' in body) return formTemplate(body.form, roots)
  if ('text' in body) {
    const template = parseTemplate(body.text, roots)
    return scope => () => ({ text: renderText(template, scope), contentType: 'text/plain; charset=utf-8' })
  }
  if ('json' in body) return jsonBody(jsonTemplate(body.json, roots))
  const { query, variables = {} } = body.graphql
  const variablesOf = jsonTemplate(variables, roots)
  const queryLeaf = { json: JSON.stringify(query) }
  return jsonBody(
    scope =>
      new Map<string, JsonTree>([
        ['query', queryLeaf],
        ['variables', variablesOf(scope) ?? new Map<string, JsonTree>()],
      ]),
  )
}

type TreeOf = (scope: Scope) => JsonTree | undefined

function jsonBody(treeOf: TreeOf): (scope: Scope) => BoundBody {
  return scope => values => {
    let tree = treeOf(scope) ?? { json: 'null' }
    for (const [path, value] of Object.entries(values))
      tree = putAt(tree, compileSteps(path), { json: JSON.stringify(value) })
    return { text: jsonText(tree), contentType: 'application/json' }
  }
}

/** Undefined for what is left out, because it is a reference without a value. */
function jsonTemplate(value: Json, roots: Roots): TreeOf {
  if (typeof value === 'string' || isComputed(value)) return leafTemplate(valueTemplate(value, roots))
  if (typeof value !== 'object' || value === null) return () => ({ json: JSON.stringify(value) })
  if (isList(value)) {
    const items = value.map(item => jsonTemplate(item, roots))
    return scope => items.flatMap(item => item(scope) ?? [])
  }
  const entries = Object.entries(value).map(([key, item]) => [key, jsonTemplate(item, roots)] as const)
  return scope =>
    new Map(
      entries.flatMap(([key, item]) => {
        const tree = item(scope)
        return tree === undefined ? [] : [[key, tree] as const]
      }),
    )
}

function leafTemplate(template: Template): TreeOf {
  return scope => (isBound(template, scope) ? { json: renderJson(template, scope) } : undefined)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function formTemplate(
  form: Readonly<Record<string, QueryTemplate>>,
  roots: Roots,
): (scope: Scope) => BoundBody {
  const fields = Object.entries(form).map(
    ([name, value]) => [name, listed(value).map(text => valueTemplate(text, roots))] as const,
  )
  return scope => {
    const own = fields.flatMap(([name, templates]) =>
      templates
        .filter(template => isBound(template, scope))
        .flatMap(template => renderTexts(template, scope))
        .map(text => parameterOf(name, text)),
    )
    return values => ({
      text: [
        ...own.filter(({ name }) => !Object.hasOwn(values, name)),
        ...Object.entries(values).map(([name, value]) => parameterOf(name, String(value))),
      ]
        .map(({ text }) => text)
        .join('&'),
      contentType: 'application/x-www-form-urlencoded',
    })
  }
}

function listed(value: QueryTemplate): readonly (string | ComputedValue)[] {
  return typeof value === 'string' || isComputed(value) ? [value] : value
}

/** All values of a body that may hold references, and those that are computed. */
export function bodyTexts(body: BodyConfig): (string | ComputedValue)[] {
  if ('form' in body) return Object.values(body.form).flatMap(listed)
  if ('text' in body) return [body.text]
  return jsonTexts('json' in body ? body.json : (body.graphql.variables ?? {}))
}

function jsonTexts(value: Json): (string | ComputedValue)[] {
  if (typeof value === 'string' || isComputed(value)) return [value]
  if (typeof value !== 'object' || value === null) return []
  return (isList(value) ? value : Object.values(value)).flatMap(jsonTexts)
}
