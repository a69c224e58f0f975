import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeTemporaries, WholeFile } from '../../../persistence/index.js'
import type { KeptCredentials } from './kept-credentials.js'

/**
 * `acquire.credentials.json` in the output folder. It holds refresh tokens as they are: that is its purpose,
 * for the one in the configuration is of no use any more once the service has given another. It is for its
 * owner only (0600), made when there is something to keep, and replaced as a whole, when the new one has
 * reached the disk. Starting over (`fresh`) leaves it.
 */
export class CredentialFile implements KeptCredentials {
  readonly #file: string
  #kept: ReadonlyMap<string, string> | undefined

  constructor(folder: string) {
    this.#file = join(folder, 'acquire.credentials.json')
  }

  get(name: string): string | undefined {
    this.#kept ??= readKept(this.#file)
    return this.#kept.get(name)
  }

  check(): void {
    using _file = new WholeFile(this.#file)
  }

  set(name: string, credential: string): void {
    // In memory even where the disk takes nothing: the old one is used up.
    this.#kept = new Map([...(this.#kept ?? readKept(this.#file)), [name, credential]])
    using file = new WholeFile(this.#file)
    removeTemporaries(this.#file)
    file.write(`${JSON.stringify({ refreshTokens: Object.fromEntries(this.#kept) }, null, 2)}\n`)
  }
}

/** @throws Error that names the file; what it holds is not shown. */
function readKept(file: string): ReadonlyMap<string, string> {
  try {
    const { refreshTokens } = JSON.parse(readFileSync(file, 'utf8')) as { refreshTokens: object }
    return new Map(Object.entries(refreshTokens).filter(([, token]) => typeof token === 'string'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return new Map()
    const what = `${file} cannot be read (${code ?? 'it is no JSON of ours'})`
    // oxlint-disable-next-line preserve-caught-error -- it may show a part of the file
    throw new Error(`${what}; without it the run begins with the configured refresh token`)
  }
}
