import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { markdownFiles, repository, snippetsOf } from '../support/markdown.js'
import type { Snippet } from '../support/markdown.js'

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
}

/** Each snippet as a module of its own, beside the sources that it may import. */
function compile(snippets: readonly Snippet[]): string[] {
  const files = new Map(
    snippets.map((snippet, index) => [join(repository, `packages/http/test/snippet-${index}.mts`), snippet]),
  )
  const host = ts.createCompilerHost(options)
  const fileExists = host.fileExists.bind(host)
  const readFile = host.readFile.bind(host)
  const getSourceFile = host.getSourceFile.bind(host)
  host.fileExists = name => files.has(name) || fileExists(name)
  host.readFile = name => files.get(name)?.code ?? readFile(name)
  host.getSourceFile = (name, version, ...rest) => {
    const snippet = files.get(name)
    return snippet === undefined
      ? getSourceFile(name, version, ...rest)
      : ts.createSourceFile(name, `${snippet.code}\nexport {}\n`, version)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(diagnostic => place(diagnostic, files))
}

function place(diagnostic: ts.Diagnostic, files: ReadonlyMap<string, Snippet>): string {
  const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')
  const snippet = files.get(diagnostic.file?.fileName ?? '')
  if (snippet === undefined) return `${diagnostic.file?.fileName}: ${text}`
  const { line } = ts.getLineAndCharacterOfPosition(diagnostic.file as ts.SourceFile, diagnostic.start ?? 0)
  return `${snippet.file}:${snippet.line + line}: ${text}`
}

test('every TypeScript snippet of README and docs compiles against the built packages', () => {
  const snippets = markdownFiles().flatMap(file => snippetsOf(file, 'ts', 'typescript'))
  expect(snippets.length).toBeGreaterThan(0)
  expect(compile(snippets)).toEqual([])
}, 120_000)

test('every make target that README and docs name exists', () => {
  const makefile = readFileSync(join(repository, 'Makefile'), 'utf8')
  const targets = new Set([...makefile.matchAll(/^([a-z][a-z-]*):/gm)].map(match => match[1]))
  const named = markdownFiles().flatMap(file => {
    const text = readFileSync(join(repository, file), 'utf8')
    return [...text.matchAll(/(?:`|^|\$ |&& )make ([a-z][a-z-]*)/gm)].map(match => match[1])
  })
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter(name => !targets.has(name))).toEqual([])
})

test('every file that README and docs link to exists', () => {
  const broken = markdownFiles().flatMap(file => {
    const text = readFileSync(join(repository, file), 'utf8')
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(match => match[1] as string)
    return links.filter(link => !exists(join(repository, file, '..', link))).map(link => `${file}: ${link}`)
  })
  expect(broken).toEqual([])
})

function exists(path: string): boolean {
  return ts.sys.fileExists(path) || ts.sys.directoryExists(path)
}
