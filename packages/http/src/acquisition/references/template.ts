/** What a root gives: fields of a record, fields of these names, or one value. */
export type RootKind = 'record' | 'value' | readonly string[]

/** The roots that may be referred to in one place, by name. */
export type Roots = ReadonlyMap<string, RootKind>

/**
 * What references become: by reference (`project.id`), the exact JSON text of the value: `17`, `"open"`,
 * `["a","b"]`.
 */
export type Scope = Readonly<Record<string, string>>

/** A text with references: `/projects/{project.id}/tasks`. */
export interface Template {
  readonly parts: readonly (string | Reference)[]
}

/** One reference: `{project.id}`. */
export interface Reference {
  /** As it is written between the braces. */
  readonly name: string
  readonly root: string
  /** The rest, a path into the root; empty for the root itself. */
  readonly path: string
}

/** A text that is no template. The place counts characters from 1. */
export class TemplateError extends TypeError {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

const name = /[A-Za-z_][\w-]*/y
const whole = /([A-Za-z_][\w-]*)((?:\.[^.[\]{}"\s]+|\[\d{1,9}\]|\["(?:[^"\\]|\\["\\])+"\])*)\}/y

/**
 * Reads a text: `{root.path}` with a known root is a reference, `{other}` an error, `{{` writes `{`, and every
 * other brace is literal.
 * @throws TemplateError for a root that is not known here, and for a reference that cannot be read.
 */
export function parseTemplate(text: string, roots: Roots): Template {
  const parts: (string | Reference)[] = []
  let literal = ''
  for (let at = 0; at < text.length; ) {
    const brace = text.indexOf('{', at)
    if (brace < 0) {
      literal += text.slice(at)
      break
    }
    literal += text.slice(at, brace)
    const found = text[brace + 1] === '{' ? undefined : referenceAt(text, brace, roots)
    if (found === undefined) {
      literal += '{'
      at = brace + (text[brace + 1] === '{' ? 2 : 1)
      continue
    }
    if (literal !== '') parts.push(literal)
    literal = ''
    parts.push(found.reference)
    at = found.end
  }
  if (literal !== '') parts.push(literal)
  return { parts }
}

/** Undefined for a brace that is literal. */
function referenceAt(
  text: string,
  brace: number,
  roots: Roots,
): { readonly reference: Reference; readonly end: number } | undefined {
  name.lastIndex = whole.lastIndex = brace + 1
  const root = name.exec(text)?.[0]
  const [, , path = ''] = whole.exec(text) ?? []
  const end = whole.lastIndex
  if (root === undefined || (end === 0 && !roots.has(root))) return undefined
  const fail = (why: string): never => {
    throw new TemplateError(`${why} at character ${brace + 1}; allowed here: ${allowedOf(roots)}`, brace + 1)
  }
  if (end === 0) return fail(`{${root} begins a reference that does not end as one`)
  const written = text.slice(brace + 1, end - 1)
  const kind = roots.get(root) ?? fail(`{${written}} refers to nothing that is known`)
  if (kind === 'record' && path === '') fail(`{${written}} names no field, such as {${root}.id},`)
  if (typeof kind === 'object' && !kind.includes(path.slice(1))) fail(`{${written}} is none of its fields`)
  return { reference: { name: written, root, path: path.replace(/^\./, '') }, end }
}

function allowedOf(roots: Roots): string {
  const fieldsOf = (kind: RootKind) =>
    typeof kind === 'object' ? kind.map(name => `.${name}`) : [kind === 'record' ? '.FIELD' : '']
  const all = [...roots].flatMap(([root, kind]) => fieldsOf(kind).map(path => `{${root}${path}}`))
  return [...all, '{{ for a brace'].join(', ')
}

/** A text that is written in a template so that it stands for itself. */
export function escaped(text: string): string {
  return text.replaceAll('{', '{{')
}

/** What a template without references stands for. */
export function literalOf(text: string): string {
  return text.replaceAll('{{', '{')
}

/** The references of a template. */
export function referencesOf({ parts }: Template): Reference[] {
  return parts.filter(part => typeof part !== 'string')
}

/** The reference that is all of the template. */
function onlyReference({ parts }: Template): Reference | undefined {
  const [first] = parts
  return parts.length === 1 && typeof first === 'object' ? first : undefined
}

/** Whether all references of the template have a value. */
export function isBound(template: Template, scope: Scope): boolean {
  return referencesOf(template).every(reference => Object.hasOwn(scope, reference.name))
}

/**
 * The text that the template makes; `write` makes it of each value's text.
 * @throws TypeError for a reference that has no value.
 */
export function renderText(
  { parts }: Template,
  scope: Scope,
  write: (text: string, reference: Reference) => string = text => text,
): string {
  return parts
    .map(part => (typeof part === 'string' ? part : write(textOf(jsonAt(scope, part)), part)))
    .join('')
}

/** The texts that the template makes: several where it is one reference to a list. */
export function renderTexts(template: Template, scope: Scope): string[] {
  const reference = onlyReference(template)
  const value: unknown = reference && JSON.parse(jsonAt(scope, reference))
  return Array.isArray(value) && reference !== undefined
    ? itemsOf(jsonAt(scope, reference))
    : [renderText(template, scope)]
}

/** The JSON that the template makes: a value that is one reference keeps its type, all else is a text. */
export function renderJson(template: Template, scope: Scope): string {
  const reference = onlyReference(template)
  return reference === undefined ? JSON.stringify(renderText(template, scope)) : jsonAt(scope, reference)
}

function jsonAt(scope: Scope, { name: reference }: Reference): string {
  const json = Object.hasOwn(scope, reference) ? scope[reference] : undefined
  if (json === undefined) throw new TypeError(`{${reference}} has no value here`)
  return json
}

/** A JSON value as a text: a text itself, a number in its digits, a list with commas. */
export function textOf(json: string): string {
  if (json.startsWith('"')) return JSON.parse(json) as string
  return json.startsWith('[') ? itemsOf(json).join(',') : json
}

/** The items of a list of scalars; each number in the digits that it is written in. */
function itemsOf(json: string): string[] {
  return (json.match(/"(?:[^"\\]|\\.)*"|[^[\],\s]+/g) ?? []).map(textOf)
}
