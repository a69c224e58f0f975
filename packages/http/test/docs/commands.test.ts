import { join } from 'node:path'
import { expect, test } from 'vitest'
import { markdownFiles, repository, snippetsOf } from '../support/markdown.js'
import { succeed } from '../support/run.js'

const main = join(repository, 'packages/http/dist/cli/main.js')

/**
 * `async-patterns a b --flag` in the shell blocks: the words before the first flag or value, and all flags.
 */
function commandsInDocs(): { command: string[]; flags: string[]; where: string }[] {
  return markdownFiles().flatMap(file =>
    snippetsOf(file, 'sh', 'bash', 'console').flatMap(snippet =>
      [
        ...snippet.code.matchAll(
          /^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:npx )?(?:async-patterns|@async-patterns\/http) ((?:\\\n|[^\n|>#&])*)/gm,
        ),
      ].map(match => {
        const words = (match[1] ?? '').replaceAll('\\\n', ' ').trim().split(/\s+/)
        const end = words.findIndex(word => !/^[a-z]+$/.test(word))
        return {
          command: end === -1 ? words : words.slice(0, end),
          flags: words.filter(word => word.startsWith('--')).map(word => word.split('=')[0] as string),
          where: `${snippet.file}:${snippet.line}`,
        }
      }),
    ),
  )
}

test('every command and flag that README and docs show is in --help', async () => {
  const shown = commandsInDocs()
  expect(shown.length).toBeGreaterThan(0)
  const help = new Map<string, Promise<string>>()
  for (const { command, flags, where } of shown) {
    const key = command.join(' ')
    if (!help.has(key)) help.set(key, succeed(process.execPath, [main, ...command, '--help']))
    const text = await help.get(key)
    const missing = flags.filter(flag => !text?.includes(flag))
    expect(missing, `${where}: async-patterns ${key}`).toEqual([])
  }
}, 60_000)
