import { printable } from '../display/index.js'

/** A text on standard output; what might come from a server is shown, never obeyed by the terminal. */
export function print(text: string): void {
  console.log(printable(text))
}

/** Files of results that could not be written: each on a line. */
export function printErrors(messages: readonly string[]): void {
  for (const message of messages) console.error(printable(`error: ${message}`))
}
