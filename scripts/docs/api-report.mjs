/**
 * The public API of both packages, one file of api/ per entry point, made from the declarations in dist/: a
 * change of the API is then seen in review. With `--check` it only names the files that are out of date. With
 * `--problems` it writes nothing, and tells as JSON which names mean two things, and what has no docstring.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const folder = join(repository, 'api')
const printer = ts.createPrinter({ removeComments: true })

/** Name and declaration file of all entry points, those of the package without dependency first. */
function entryPoints() {
  return ['patterns', 'http'].flatMap(directory => {
    const root = join(repository, 'packages', directory)
    const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    return Object.entries(exports)
      .filter(([, target]) => target.types !== undefined)
      .map(([path, target]) => ({ name: join(name, path), file: join(root, target.types) }))
  })
}

/** What each entry point exports, sorted by name, a re-export resolved to what it means. */
function readExports(entries) {
  const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, skipLibCheck: true }
  const files = entries.map(({ file }) => file)
  const missing = files.filter(file => !existsSync(file))
  if (missing.length > 0) throw new Error(`${missing.join(', ')}: build first, with npx tsc -b`)
  const checker = ts.createProgram(files, options)
  const types = checker.getTypeChecker()
  return entries.map(({ name, file }) => {
    const module = types.getSymbolAtLocation(checker.getSourceFile(file))
    const symbols = types.getExportsOfModule(module).map(symbol => {
      const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0
      const target = isAlias ? types.getAliasedSymbol(symbol) : symbol
      return { name: symbol.name, target, isDocumented: hasDocstring(target, types) }
    })
    return { name, symbols: symbols.sort((a, b) => (a.name < b.name ? -1 : 1)) }
  })
}

function hasDocstring(symbol, types) {
  return symbol.getDocumentationComment(types).length > 0 || symbol.getJsDocTags(types).length > 0
}

/** A declaration as it is written, but for comments and what is private. */
function render(declaration) {
  const isVariable = ts.isVariableDeclaration(declaration)
  const node = isVariable ? declaration.parent.parent : declaration
  const { transformed } = ts.transform(node, [withSortedLiterals])
  return printer
    .printNode(ts.EmitHint.Unspecified, transformed[0], node.getSourceFile())
    .split('\n')
    .filter(line => !/^\s+(#private|private )/.test(line))
    .map(line => line.replace(/^( +)/, indent => ' '.repeat(indent.length / 2)))
    .join('\n')
    .replace(/ \{\n\}$/, ' {}')
}

/** In an inferred object type the order of members hangs on what the compiler had seen before. */
function withSortedLiterals(context) {
  const nameOf = member => member.name?.getText() ?? ''
  const visit = node => {
    const visited = ts.visitEachChild(node, visit, context)
    if (!ts.isTypeLiteralNode(visited)) return visited
    const members = visited.members.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    return ts.factory.updateTypeLiteralNode(visited, ts.factory.createNodeArray(members))
  }
  return visit
}

/** The text of one report; `seen` knows at which entry point a thing was shown already. */
function report({ name, symbols }, seen) {
  const shown = symbols.map(({ name: exported, target }) => {
    const elsewhere = seen.get(target)
    if (elsewhere !== undefined) return `export { ${exported} } from '${elsewhere}'`
    seen.set(target, name)
    const declared = target.declarations.map(render).join('\n')
    return target.name === exported ? declared : `export { ${target.name} as ${exported} }\n${declared}`
  })
  const note =
    '<!-- Made from the declarations by `make docs`; a change here is a change of the public API. -->'
  return `# ${name}\n\n${note}\n\n\`\`\`ts\n${shown.join('\n\n')}\n\`\`\`\n`
}

/**
 * Names that mean different things at different entry points, as exported or as declared: `Name: one, other`.
 */
function doubles(entries) {
  const meanings = new Map()
  for (const { name: entry, symbols } of entries) {
    for (const { name, target } of symbols) {
      for (const one of [name, target.name]) {
        const known = meanings.get(one) ?? new Map()
        meanings.set(one, known.set(target, known.get(target) ?? entry))
      }
    }
  }
  const found = [...meanings].filter(([, known]) => known.size > 1)
  return found.map(([name, known]) => `${name}: ${[...known.values()].join(', ')}`)
}

/** Public exports without a docstring, once each: `entry point: Name`. */
function undocumented(entries) {
  const seen = new Set()
  return entries.flatMap(({ name: entry, symbols }) =>
    symbols
      .filter(({ target, isDocumented }) => !isDocumented && !seen.has(target) && seen.add(target))
      .map(({ name }) => `${entry}: ${name}`),
  )
}

function update(entries, isCheck) {
  const seen = new Map()
  const reports = entries.map(entry => ({
    file: `${entry.name.replace('@', '').replaceAll('/', '-')}.md`,
    text: report(entry, seen),
  }))
  const there = existsSync(folder) ? readdirSync(folder) : []
  const left = there.filter(file => !reports.some(one => one.file === file))
  const read = file => (there.includes(file) ? readFileSync(join(folder, file), 'utf8') : '')
  const outdated = reports.filter(({ file, text }) => read(file) !== text)
  for (const file of [...left, ...outdated.map(one => one.file)]) console.log(`api/${file}`)
  if (isCheck) {
    if (left.length + outdated.length > 0) process.exitCode = 1
    return
  }
  mkdirSync(folder, { recursive: true })
  for (const file of left) rmSync(join(folder, file))
  for (const { file, text } of outdated) writeFileSync(join(folder, file), text)
}

const entries = readExports(entryPoints())
if (process.argv.includes('--problems')) {
  console.log(JSON.stringify({ doubles: doubles(entries), undocumented: undocumented(entries) }, null, 1))
} else update(entries, process.argv.includes('--check'))
