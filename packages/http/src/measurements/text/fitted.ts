/** The text with an ellipsis in the place of what is too much. */
export function cutTo(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** The words of a text, of several lines perhaps, in lines of that width; those after the first begin with `indent`. */
export function wrapped(text: string, width: number, indent = ''): string[] {
  const margin = /^ */.exec(text)?.[0] ?? ''
  const lines: string[] = []
  let line = margin
  for (const word of text
    .slice(margin.length)
    .trimEnd()
    .split(/ |\s*\n\s*/)) {
    const isFirst = line.trim() === ''
    if (!isFirst && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else line += isFirst ? word : ` ${word}`
  }
  return [...lines, line]
}
