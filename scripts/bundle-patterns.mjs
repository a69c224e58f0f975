/**
 * Joins the plain output of tsc into one file for each entry point of `async-patterns`, with the code that
 * they share in one more: importing some 180 small files takes Node 20 three times as long. Types stay where
 * tsc puts them.
 */
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const dist = fileURLToPath(new URL('../packages/patterns/dist/', import.meta.url))

const bundle = await rolldown({
  input: {
    index: `${dist}index.js`,
    observability: `${dist}observability/index.js`,
    testing: `${dist}testing/index.js`,
  },
  // Which platform it is, package.json decides where the package is used.
  external: ['#platform', /^node:/],
  treeshake: false,
})
await bundle.write({
  dir: `${dist}bundle`,
  format: 'esm',
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'shared-[name].js',
})
await bundle.close()
