import { Document, isMap, isScalar } from 'yaml'

/** A stream as it is written, and by its keys what to say of them. */
export interface WrittenProposal {
  readonly keys: Readonly<Record<string, unknown>>
  /** `id`: `certain: in every record, and never twice`. */
  readonly notes: Readonly<Record<string, string>>
  /** Above the stream. */
  readonly heading?: readonly string[]
  /** Below it: what may be added. */
  readonly closing?: readonly string[]
}

/** A source with its streams. */
export interface WrittenFile {
  readonly heading: readonly string[]
  readonly source: Readonly<Record<string, unknown>>
  readonly notes: Readonly<Record<string, string>>
  /** One without a name is the source itself. */
  readonly streams: readonly WrittenProposal[]
  readonly closing: readonly string[]
}

/** The pipeline file, with a comment at everything that is proposed. */
export function proposedText({ heading, source, notes, streams, closing }: WrittenFile): string {
  const [only] = streams
  const isSingle = only !== undefined && streams.length === 1 && only.keys['name'] === undefined
  const whole = isSingle
    ? { ...source, ...only.keys }
    : { ...source, streams: streams.map(({ keys }) => keys) }
  const document = new Document({ sources: [whole] }, { aliasDuplicateObjects: false })
  note(document.getIn(['sources', 0]), isSingle ? { ...notes, ...only.notes } : notes)
  if (!isSingle)
    for (const [index, stream] of streams.entries()) {
      const map = document.getIn(['sources', 0, 'streams', index])
      note(map, stream.notes)
      if (isMap(map) && stream.heading !== undefined)
        map.commentBefore = stream.heading.map(line => ` ${line}`).join('\n')
    }
  const body = document.toString({ lineWidth: 110, singleQuote: true, flowCollectionPadding: true })
  const below = [...(isSingle ? (only.closing ?? []) : []), ...closing]
  return `${comment(heading)}${body}${below.length === 0 ? '' : `\n${comment(below)}`}`
}

function note(map: unknown, notes: Readonly<Record<string, string>>): void {
  if (!isMap(map)) return
  for (const pair of map.items) {
    const { key } = pair
    const text = isScalar(key) ? notes[String(key.value)] : undefined
    if (isScalar(key) && text !== undefined) key.commentBefore = ` ${oneLine(text)}`
  }
}

function comment(lines: readonly string[]): string {
  return lines.map(line => `${line === '' ? '#' : `# ${oneLine(line)}`}\n`).join('')
}

/** What a server said must not leave its comment. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, match => (match.startsWith('  ') ? '  ' : ' ')).slice(0, 240)
}
