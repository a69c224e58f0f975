import { createRequire } from 'node:module'

interface Manifest {
  readonly version: string
  readonly homepage: string
}

const { version, homepage } = createRequire(import.meta.url)('../../package.json') as Manifest

/**
 * What is sent with every request that does not name it itself: who asks, so that a server's operator can
 * tell and write to somebody, and that any answer will do.
 */
export const defaultHeaders = Object.freeze({
  accept: '*/*',
  'user-agent': `async-patterns/${version} (+${homepage.replace(/#.*$/, '')})`,
})
