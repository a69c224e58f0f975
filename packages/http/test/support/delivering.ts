import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { acquire } from '../../src/acquisition/acquire.js'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import type { Transport } from '../../src/engines/index.js'

/** A pipeline of one stream, with sinks as they are written in YAML. */
export const pipelineWith = (sinks: string): string => `
name: delivering
workers: 1
rateLimit: 1000
sinks:
${sinks}
sources:
  - name: items
    baseUrl: http://items.test
    id: id
    records: items
    limits: { retry: { maxAttempts: 1 } }
`

/** One page with so many records. */
export function onePage(
  count: number,
  of: (id: number) => object = id => ({ id, name: `item ${id}` }),
): Transport {
  const items = Array.from({ length: count }, (_, index) => of(index + 1))
  const body = new TextEncoder().encode(JSON.stringify({ items }))
  return {
    async send(request) {
      request.onDeparture?.()
      return { statusCode: 200, headers: {}, body, bytes: body.length, url: request.url }
    },
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** Writes the pipeline into a folder, and takes its records without delivering them. */
export async function ledgerWith(folder: string, yaml: string, transport: Transport): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'pipeline.yaml')
  await writeFile(file, yaml)
  const { config } = parseConfig(yaml, file, { flags: { output: join(folder, 'out') } })
  await acquire({ ...config, sinks: [] }, { transport })
  return file
}
