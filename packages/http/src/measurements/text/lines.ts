import { cutTo, wrapped } from './fitted.js'

/** Of a terminal, and of everything that is shown on it. */
const WIDTH = 80

const LABEL = 11

/** A text in lines that fit; those after the first begin with `indent`. A URL or path longer than a line is cut. */
export function fitted(text: string, indent = ''): string[] {
  return wrapped(shortWords(text, WIDTH - indent.length), WIDTH, indent)
}

/** A name and what is to be said of it, on as many lines as that takes. */
export function field(name: string, text: string): string[] {
  const [first = '', ...rest] = wrapped(shortWords(text, WIDTH - LABEL), WIDTH - LABEL)
  return [name.padEnd(LABEL) + first, ...rest.map(line => ' '.repeat(LABEL) + line)]
}

function shortWords(text: string, width: number): string {
  return text
    .split(' ')
    .map(word => cutTo(word, width))
    .join(' ')
}
