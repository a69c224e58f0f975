/**
 * C0 without tab and line feed, DEL, C1 (U+009B begins a command on a terminal as ESC [ does), separators of
 * lines, and what turns the direction of writing.
 */
const unprintable =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/**
 * A text that can be shown on a terminal and in a log: what would move the cursor, hide or reorder what stands
 * there is written as `\u009b`, which in JSON means the same.
 */
export function printable(text: string): string {
  return text.replace(unprintable, found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
