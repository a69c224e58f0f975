#!/usr/bin/env node
/**
 * The command `async-patterns` is part of @async-patterns/http. This package hands every call on to it, from
 * the working directory's node_modules or else from beside this package, so that `npx async-patterns` works
 * with both installed, whichever of the two npm has linked. Where it is not installed, it says how to install
 * it.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const MANIFEST = '@async-patterns/http/package.json'

function resolvedFrom(place) {
  try {
    return createRequire(place).resolve(MANIFEST)
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

const manifest = resolvedFrom(join(process.cwd(), 'package.json')) ?? resolvedFrom(import.meta.url)

if (manifest === undefined) {
  console.error(`error: the command async-patterns is part of @async-patterns/http, which is not installed here.
Install it:        npm install @async-patterns/http
Or run it at once: npx @async-patterns/http ${process.argv.slice(2).join(' ') || 'demo'}`)
  process.exitCode = 1
} else {
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  await import(pathToFileURL(join(dirname(manifest), bin['async-patterns'])).href)
}
