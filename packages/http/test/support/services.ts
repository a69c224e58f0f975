import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'

/** Real programs that tests start a private copy of, and how each is installed. */
const PACKAGES = {
  nginx: 'install the Debian package nginx-light',
  wrk: 'install the Debian package wrk',
  openssl: 'install the Debian package openssl',
  'docker-registry': 'install the Debian package docker-registry',
  verdaccio: 'npm ci --prefix packages/http/test/servers',
} as const

/** Where npm puts the servers that not every contributor has to install. */
const SERVERS = fileURLToPath(new URL('../servers/node_modules/.bin', import.meta.url))

type ServiceTest = (name: string, run: () => Promise<void>, timeoutMs?: number) => void

/**
 * `test` for what needs that program. Without it the test is skipped with a line that names the package; with
 * REQUIRE_SERVICES=1 it fails.
 */
export function testWith(program: keyof typeof PACKAGES): ServiceTest {
  if (programPath(program) !== undefined) return test
  const why = `${program} is missing: ${PACKAGES[program]}`
  if (process.env.REQUIRE_SERVICES === '1') {
    return name => {
      test(name, () => {
        throw new Error(why)
      })
    }
  }
  console.warn(`skipped: ${why}`)
  return name => {
    test.skip(`${name} (${why})`)
  }
}

/** Where the program is; Debian keeps servers where a user's PATH does not look. */
export function programPath(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', SERVERS]
  return folders.map(folder => join(folder, program)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
