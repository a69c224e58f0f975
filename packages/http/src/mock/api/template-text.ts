import { stepsOf, valuesAt } from './path-steps.js'

/** What references were found to stand for, by reference: `project.id`; a list where several stood there. */
export type Captured = ReadonlyMap<string, unknown>

/** A text with references, as the mock reads it. */
export interface TemplateText {
  /** Between the texts at even places stand references at odd ones. */
  readonly pieces: readonly string[]
}

const reference = /\{(\{)|\{([A-Za-z_][\w-]*)((?:\.[^.[\]{}"\s]+|\[\d+\]|\["(?:[^"\\]|\\["\\])+"\])*)\}/g

/** Reads `{root.path}` for the roots that there are; every other brace stands for itself, `{{` for one. */
export function templateText(text: string, roots: ReadonlySet<string>): TemplateText {
  const pieces = ['']
  let from = 0
  for (const { 0: whole, 1: doubled, 2: root = '', index } of text.matchAll(reference)) {
    const before = text.slice(from, index)
    pieces.push(`${pieces.pop() ?? ''}${before}`)
    from = index + whole.length
    if (doubled === undefined && roots.has(root)) pieces.push(whole.slice(1, -1), '')
    else pieces.push(`${pieces.pop() ?? ''}${doubled === undefined ? whole : '{'}`)
  }
  pieces.push(`${pieces.pop() ?? ''}${text.slice(from)}`)
  return { pieces }
}

/** Its references. */
export function referencesOf({ pieces }: TemplateText): string[] {
  return pieces.filter((_, index) => index % 2 === 1)
}

/** The reference that is all of it. */
export function onlyReference({ pieces }: TemplateText): string | undefined {
  return pieces.length === 3 && pieces[0] === '' && pieces[2] === '' ? pieces[1] : undefined
}

/** What its references stand for in a text; undefined where the text is not made of it. */
export function captured(template: TemplateText, text: string): Captured | undefined {
  const source = template.pieces.map((piece, index) => (index % 2 === 1 ? '([^]*?)' : quoted(piece)))
  const found = new RegExp(`^${source.join('')}$`).exec(text)
  if (found === null) return undefined
  return merged(referencesOf(template).map((name, index) => new Map([[name, found[index + 1] ?? '']])))
}

/** As a regular expression has it. */
export function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** All of them together; undefined where two say something else of one reference, or one is undefined. */
export function merged(all: readonly (Captured | undefined)[]): Captured | undefined {
  const whole = new Map<string, unknown>()
  for (const one of all) {
    if (one === undefined) return undefined
    for (const [name, value] of one) {
      if (whole.has(name) && asText(whole.get(name)) !== asText(value)) return undefined
      if (!Array.isArray(whole.get(name))) whole.set(name, value)
    }
  }
  return whole
}

/** A list as it stands in longer texts. */
export function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(',')
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined')
}

/** What a reference to a record's field (`project.id`) finds in a record. */
export function referred(record: unknown, name: string, root: string): unknown {
  const path = name.slice(root.length).replace(/^\./, '')
  return stepsOf(path).length === 0 ? record : valuesAt(record, path)[0]
}
