import { str } from './jinja/index.js'
import type { RefusedStream } from './imported-streams.js'
import type { Settings } from './manifest/settings.js'

interface Heading {
  readonly file: string
  readonly settings: Settings
  readonly notes: readonly string[]
  readonly converted: number
  readonly refused: number
}

/** What stands at the top of the converted file: what it needs, and what was chosen. */
export function headingOf({ file, settings, notes, converted, refused }: Heading): string[] {
  const secret = (isSecret: boolean): string => (isSecret ? ' (secret)' : '')
  return [
    `Converted from ${file}: ${converted} of ${converted + refused} streams.`,
    ...section(
      'From the environment:',
      settings.variables.map(
        ({ variable, setting, isSecret }) => `  ${variable}: ${setting}${secret(isSecret)}`,
      ),
    ),
    ...section(
      'Settings at their defaults, to be changed by importing again with --set name=value:',
      [...settings.defaults].map(([name, value]) => `  ${name}=${oneLine(str(value))}`),
    ),
    ...section(
      'Chosen among several ways, to be changed in the same way:',
      [...settings.chosen].map(([name, title]) => `  ${name}: ${oneLine(title)}`),
    ),
    ...section(
      'Settings that are not set; what depends on them was left out:',
      [...settings.absent].map(name => `  ${name}`),
    ),
    ...section(
      'Look here:',
      notes.map(note => `  ${note}`),
    ),
  ] // prettier-ignore
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines]
}

/** What stands at the end: what was not converted, and where code has to take its place. */
export function closingOf(refused: readonly RefusedStream[]): string[] {
  const lines = refused.map(({ name, line, detail }) => `  ${name} (line ${line}): ${oneLine(detail)}`)
  return section(
    'Not converted; the .hooks.mjs beside this file has a stub of a hook for each:',
    lines,
  ).slice(1)
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 160)
}
