import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../../../../', import.meta.url))

/** A fenced block of a Markdown file. */
export interface Snippet {
  /** Relative to the repository. */
  readonly file: string
  /** Of its first line of code, from 1. */
  readonly line: number
  readonly language: string
  readonly code: string
}

/** The repository's and the packages' own files, and all of docs/. */
export function markdownFiles(): string[] {
  const below = readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' }).map(name =>
    join('docs', name),
  )
  const readmes = [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'examples/README.md',
    'packages/patterns/README.md',
    'packages/http/README.md',
  ]
  return [...readmes, ...below].filter(name => name.endsWith('.md'))
}

/** All fenced blocks of a file in one of the languages. */
export function snippetsOf(file: string, ...languages: string[]): Snippet[] {
  const text = readFileSync(join(repository, file), 'utf8')
  const fence = /^```(\S*)[^\n]*\n(.*?)^```$/gms
  return [...text.matchAll(fence)]
    .map(match => ({
      file: relative('.', file),
      line: text.slice(0, match.index).split('\n').length + 1,
      language: match[1] ?? '',
      code: match[2] ?? '',
    }))
    .filter(snippet => languages.includes(snippet.language))
}
