/**
 * The tables of options in docs/patterns/, made from the docstrings of the options interfaces: what the
 * editor shows and what the page says are one text. A page marks the place with `<!-- options:
 * CircuitBreakerOptions -->` and `<!-- end -->`. With `--check` it only says which pages are out of date.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const pages = join(repository, 'docs/patterns')
const place = /<!-- options: (\w+) -->\n.*?<!-- end -->/gs

/** All exported interfaces of the package, by name. */
function interfaces() {
  const root = join(repository, 'packages/patterns/src')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  const found = new Map()
  for (const name of files) {
    const text = readFileSync(join(root, name), 'utf8')
    const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true)
    for (const node of file.statements) if (ts.isInterfaceDeclaration(node)) found.set(node.name.text, node)
  }
  return found
}

/** A docstring as one line; its last sentence, if it begins with Default, stands apart. */
function readComment(member) {
  const text = ts
    .getJSDocCommentsAndTags(member)
    .map(one => ts.getTextOfJSDocComment(one.comment) ?? '')
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
  const found = /^(.*?)\s*Default:? (.+?)\.?(?: (Irrelevant.*))?$/.exec(text)
  return found === null
    ? { meaning: text, byDefault: '' }
    : { meaning: found[1] ?? '', byDefault: found[2] ?? '' }
}

const cell = text => text.replaceAll('|', '\\|')

function tableOf(node) {
  const rows = node.members.filter(ts.isPropertySignature).map(member => {
    const { meaning, byDefault } = readComment(member)
    const required = member.questionToken === undefined ? 'required' : byDefault
    const type = member.type.getText().replace(/\s+/g, ' ').replace(/^\| /, '')
    return `| \`${member.name.getText()}\` | \`${cell(type)}\` | ${cell(meaning)} | ${cell(required)} |`
  })
  return ['| option | type | what it does | default |', '|---|---|---|---|', ...rows].join('\n')
}

const known = interfaces()
const outdated = []
for (const name of readdirSync(pages).filter(file => file.endsWith('.md'))) {
  const path = join(pages, name)
  const before = readFileSync(path, 'utf8')
  const after = before.replace(place, (_, wanted) => {
    const node = known.get(wanted)
    if (node === undefined) throw new Error(`docs/patterns/${name}: there is no interface ${wanted}`)
    return `<!-- options: ${wanted} -->\n${tableOf(node)}\n<!-- end -->`
  })
  if (after === before) continue
  outdated.push(`docs/patterns/${name}`)
  if (!process.argv.includes('--check')) writeFileSync(path, after)
}
for (const name of outdated) console.log(name)
if (process.argv.includes('--check') && outdated.length > 0) process.exitCode = 1
