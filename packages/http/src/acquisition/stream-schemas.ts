import { existsSync } from 'node:fs'
import type { PipelineConfig } from './configuration/index.js'
import { SqliteLedger } from './ledger/index.js'
import type { InferredTypes, JsonSchema } from './records/index.js'
import { inferredSchema, storedSchema } from './records/index.js'
import { resultPaths } from './sinks/index.js'
import type { StreamConfig } from './streams/index.js'

/**
 * JSON Schema (2020-12) of each stream's records as the ledger holds them: mapped fields as the mapping says, others
 * as they have been so far. The ledger is held meanwhile.
 * @throws LedgerLockedError (rejects) while a run goes on, OtherPipelineError.
 */
export async function streamSchemas(config: PipelineConfig): Promise<ReadonlyMap<string, JsonSchema>> {
  const kept = await keptTypes(config)
  return new Map(config.streams.map(stream => [stream.name, schemaOf(stream, kept.get(stream.name))]))
}

async function keptTypes({ name, output }: PipelineConfig): Promise<ReadonlyMap<string, InferredTypes>> {
  const { ledger: file } = resultPaths(output)
  if (!existsSync(file)) return new Map()
  await using ledger = new SqliteLedger({ file })
  return await ledger.schemas(name)
}

const UNKNOWN = 'No run has committed a record of it yet, so its fields are not known.'

function schemaOf(stream: StreamConfig, types: InferredTypes | undefined): JsonSchema {
  const { name, mapping = {}, contract = 'evolve' } = stream
  const isOpen = stream.mapping === undefined || stream.keep !== undefined || stream.add !== undefined
  const inferred = Object.entries(types ?? {}).map(([field, own]) => [field, inferredSchema(own)])
  const mapped = Object.entries(mapping).map(([field, own]) => [
    field,
    own.required ? storedSchema(own) : nullable(storedSchema(own)),
  ])
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: name,
    ...(isOpen && types === undefined && { $comment: UNKNOWN }),
    type: 'object',
    properties: Object.fromEntries([...inferred, ...mapped]) as JsonSchema,
    required: Object.keys(mapping),
    ...((!isOpen || (contract !== 'evolve' && types !== undefined)) && { additionalProperties: false }),
  }
}

function nullable(schema: JsonSchema): JsonSchema {
  return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: 'null' }] }
}
