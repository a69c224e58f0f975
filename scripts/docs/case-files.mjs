/**
 * The last column of docs/cases.md: the files with a test whose title begins with the case's id. With
 * `--check` it only says whether the column is out of date.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const page = join(repository, 'docs/cases.md')
const title = /['"`]([PLAFN]-[A-Z]?\d+b?)[ :]/g
const row = /^\| ([PLAFN]-[A-Z]?\d+b?) \| (.*?) \| ([^|]*) \|$/gm

/** The files that hold each case. */
function holders() {
  const found = new Map()
  for (const name of ['patterns', 'http']) {
    const folder = `packages/${name}/test`
    for (const file of readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' }).sort()) {
      if (!/\.test\.ts$|^contracts\/.*\.ts$/.test(file)) continue
      const text = readFileSync(join(repository, folder, file), 'utf8')
      for (const id of new Set([...text.matchAll(title)].map(match => match[1]))) {
        found.set(id, [...(found.get(id) ?? []), `${folder}/${file}`])
      }
    }
  }
  return found
}

const files = holders()
const listed = new Set()
const before = readFileSync(page, 'utf8')
const after = before.replace(row, (_, id, text) => {
  listed.add(id)
  const links = (files.get(id) ?? []).map(file => `[${file.split('/test/')[1]}](../${file})`)
  return `| ${id} | ${text} | ${links.length > 0 ? links.join(', ') : 'waits'} |`
})
const unlisted = [...files.keys()].filter(id => !listed.has(id))
if (unlisted.length > 0) throw new Error(`docs/cases.md does not list ${unlisted.join(', ')}`)
if (after !== before) {
  console.log('docs/cases.md')
  if (process.argv.includes('--check')) process.exitCode = 1
  else writeFileSync(page, after)
}
