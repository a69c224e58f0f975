import type { Document, YAMLParseError } from 'yaml'
import { visit } from 'yaml'

/** What is wrong with a text that is no YAML, and where. */
export interface YamlMistake {
  readonly offset: number
  readonly message: string
}

/** What whoever wrote the file has to mend, where the parser says what it has tripped over. */
const causes: Readonly<Partial<Record<YAMLParseError['code'], string>>> = {
  BLOCK_AS_IMPLICIT_KEY:
    'this value goes on with another "key: value"; put it in quotes, or indent the line below like this one',
  MULTILINE_IMPLICIT_KEY: 'this line is no "key: value"; a colon with a space behind it is missing',
  BLOCK_IN_FLOW: 'a comma is missing between two entries in { } or [ ]',
  MULTIPLE_DOCS: 'the file holds several YAML documents; allowed is one',
  TAB_AS_INDENT: 'a tab cannot indent a line; use spaces',
  UNEXPECTED_TOKEN: 'something stands behind the end of a value; put all of it in quotes',
  TAG_RESOLVE_FAILED: 'a tag (!) is unknown; put a text that begins with ! in quotes',
  BAD_DIRECTIVE: 'a directive (%) cannot be understood',
  BAD_INDENT: 'this line is indented differently from the entries beside it; indent them alike',
}

/** What a file's mistakes are: of those of its structure the first, since the others follow from it. */
export function yamlMistakes(document: Document): readonly YamlMistake[] {
  const { errors, warnings } = document
  const [first] = errors
  const shown = first === undefined || first.code === 'DUPLICATE_KEY' ? errors : [first]
  return [...shown, ...warnings].map(error => mistakeOf(error, document))
}

function mistakeOf({ code, message, pos: [offset] }: YAMLParseError, document: Document): YamlMistake {
  if (/^(Flow|Missing closing)/.test(message)) {
    const { sign, at } = openedBefore(document, offset)
    return { offset: at, message: `this ${sign} is never closed` }
  }
  if (code === 'BAD_SCALAR_START') return { offset, message: `${message}; put the value in quotes` }
  if (message.startsWith('Maximum call stack')) return { offset, message: 'it is nested too deep' }
  // What follows a colon is quoted from the file, and may be a credential.
  return { offset, message: causes[code] ?? missing(message) ?? message.replace(/: .*/s, '') }
}

/** One code stands for several signs that are missing. */
function missing(message: string): string | undefined {
  if (message.startsWith('Sequence item')) return causes.BAD_INDENT
  return message.startsWith('Implicit map keys') ? causes.MULTILINE_IMPLICIT_KEY : undefined
}

/** The innermost bracket or quote that reaches to the place. */
function openedBefore(document: Document, offset: number): { sign: string; at: number } {
  let found = { sign: 'quote', at: offset }
  const look = (sign: string, range: readonly number[] | null | undefined): void => {
    const [start = 0, end = 0] = range ?? []
    if (start < offset && end >= offset) found = { sign, at: start }
  }
  visit(document, {
    Map: (_key, { flow, range }) => (flow === true ? look('{', range) : undefined),
    Seq: (_key, { flow, range }) => (flow === true ? look('[', range) : undefined),
    Scalar: (_key, { type, range }) => (type?.startsWith('QUOTE') ? look('quote', range) : undefined),
  })
  return found
}
