import type { Roots, Template } from '../references/index.js'
import { parseTemplate, referencesOf, renderText } from '../references/index.js'
import type { DeliveredStream, SinkProblem } from './sink.js'

type Named = Pick<DeliveredStream, 'name' | 'source'>

/** The name of a file or table for each stream: `raw/{source}/{stream}`. */
export interface PlaceTemplate {
  /** What stands before the first reference. */
  readonly start: string
  /** Whether it refers to this. */
  has(root: string): boolean
  of(stream: Named, values?: Readonly<Record<string, string>>): string
}

/** @throws TemplateError for a reference to what is not known here. */
export function placeTemplate(text: string, ...more: readonly string[]): PlaceTemplate {
  const roots: Roots = new Map(['stream', 'source', ...more].map(name => [name, 'value']))
  const template: Template = parseTemplate(text, roots)
  const [start = ''] = template.parts
  return {
    start: typeof start === 'string' ? start : '',
    has: root => referencesOf(template).some(reference => reference.root === root),
    of: ({ name, source }, values = {}) => renderText(template, scopeOf({ stream: name, source, ...values })),
  }
}

function scopeOf(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]))
}

/** What is wrong with a template: that it cannot be read, or that two streams have one place. */
export function placeProblems(
  option: string,
  text: string,
  { streams, more = [] }: { readonly streams: readonly Named[]; readonly more?: readonly string[] },
): SinkProblem[] {
  try {
    const template = placeTemplate(text, ...more)
    const values = Object.fromEntries(more.map(name => [name, '0']))
    const places = new Map<string, string>()
    for (const stream of streams) {
      const place = template.of(stream, values).toLowerCase()
      const other = places.get(place)
      if (other !== undefined)
        return [{ option, allowed: `one with {stream}, for ${other} and ${stream.name} would have the same` }]
      places.set(place, stream.name)
    }
    return []
  } catch (error) {
    return [{ option, allowed: (error as Error).message }]
  }
}
