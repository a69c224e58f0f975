/**
 * What one pattern adds to a bundle: the built package tree-shaken to it, minified by esbuild, gzipped.
 * Prints a line for each and writes results/size.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const NAMES = [
  'Timeout',
  'RetryPolicy',
  'SemaphoreLimiter',
  'CircuitBreaker',
  'TokenBucketLimiter',
  'Cache',
  'BoundedQueue',
  'ProducerConsumerPipeline',
  'ResourcePool',
]

async function sizeOf(name) {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { ${name} } from 'async-patterns'`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    write: false,
  })
  const code = outputFiles[0].contents
  return { name, minifiedBytes: code.length, gzippedBytes: gzipSync(code, { level: 9 }).length }
}

const sizes = await Promise.all(NAMES.map(sizeOf))
for (const { name, minifiedBytes, gzippedBytes } of sizes) {
  console.log(
    `${name.padEnd(26)} ${String(minifiedBytes).padStart(7)} bytes ${(gzippedBytes / 1024).toFixed(2).padStart(6)} KiB gzipped`,
  )
}
const folder = fileURLToPath(new URL('results/', import.meta.url))
mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}size.json`, `${JSON.stringify({ sizes }, null, 2)}\n`)
