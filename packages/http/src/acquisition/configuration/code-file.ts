import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, parse } from 'node:path'
import { pathToFileURL } from 'node:url'
import { thrownText } from '../records/index.js'
import { ConfigError } from './config-error.js'
import type { CodeModule } from './config-source.js'
import { ConfigObject } from './config-source.js'

const CODE = /\.m?[jt]s$/
const TYPED = /\.m?ts$/

/** Whether a pipeline's file is code, by its name. */
export function isCode(file: string): boolean {
  return CODE.test(file)
}

/**
 * Imports a pipeline in code: its default export. `types`: whether this Node takes the types out of what it imports.
 * @throws ConfigError (rejects) where there is none to be had.
 */
export async function importPipeline(file: string, types = stripsTypes()): Promise<ConfigObject> {
  const refuse = (message: string): ConfigError => new ConfigError([{ path: '', place: file, message }])
  if (TYPED.test(file) && !types)
    throw refuse(
      `TypeScript needs Node 22.18 or later, and this is ${process.versions.node}; ` +
        `use a newer Node, or compile it and run ${parse(file).name}.${file.endsWith('.mts') ? 'm' : ''}js`,
    )
  const code = await moduleOf(file).catch((error: unknown) => {
    throw refuse(`it cannot be read: ${(error as Error).message}`)
  })
  const data = await defaultExport(code.url).catch((error: unknown) => {
    if (error instanceof ConfigError) throw error
    throw refuse(`it cannot be imported: it ${thrownText(error)}`)
  })
  if (typeof data !== 'object' || data === null)
    throw refuse('it has no pipeline as its default export: export default defineConfig({ sources: [...] })')
  return new ConfigObject(data, { name: parse(file).name, folder: dirname(file), place: file, code })
}

/** A file that has changed is another module, in this process too. */
async function moduleOf(file: string): Promise<CodeModule> {
  const hash = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  const url = pathToFileURL(file)
  url.search = hash.slice(0, 16)
  return { url: url.href, hash }
}

async function defaultExport(url: string): Promise<unknown> {
  const module = (await import(/* @vite-ignore */ url)) as { readonly default?: unknown }
  return module.default
}

function stripsTypes(): boolean {
  const { typescript } = process.features as { readonly typescript?: unknown }
  return Boolean(typescript)
}
