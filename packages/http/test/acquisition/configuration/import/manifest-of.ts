import { stringify } from 'yaml'
import { importManifest } from '../../../../src/acquisition/configuration/import/import-manifest.js'
import type { ImportOptions } from '../../../../src/acquisition/configuration/import/import-manifest.js'
import { parse } from 'yaml'

type Part = Readonly<Record<string, unknown>>

/** A stream with as little as possible, and what a test has to say of its parts. */
export interface StreamParts {
  readonly name?: string
  readonly requester?: Part
  readonly retriever?: Part
  readonly selector?: Part
  readonly stream?: Part
}

export function streamOf({ name = 'items', requester, retriever, selector, stream }: StreamParts = {}): Part {
  return {
    type: 'DeclarativeStream',
    name,
    primary_key: ['id'],
    retriever: {
      type: 'SimpleRetriever',
      requester: {
        type: 'HttpRequester',
        url_base: 'https://api.acme.example/v1',
        path: `/${name}`,
        ...requester,
      },
      record_selector: {
        type: 'RecordSelector',
        extractor: { type: 'DpathExtractor', field_path: ['data'] },
        ...selector,
      },
      ...retriever,
    },
    ...stream,
  }
}

export const specification = {
  type: 'Spec',
  connection_specification: {
    type: 'object',
    required: ['api_key', 'shop', 'start_date'],
    properties: {
      api_key: { type: 'string', airbyte_secret: true },
      shop: { type: 'string' },
      start_date: { type: 'string', format: 'date' },
      page_size: { type: 'integer', default: 50 },
      team: { type: 'string' },
      ids: { type: 'array', items: { type: 'string' } },
      credentials: {
        type: 'object',
        oneOf: [
          {
            title: 'By key',
            required: ['key'],
            properties: { kind: { const: 'key' }, key: { type: 'string' } },
          },
          {
            title: 'By token',
            required: ['token'],
            properties: { kind: { const: 'token' }, token: { type: 'string' } },
          },
        ],
      },
    },
  },
}

export function manifestOf(streams: readonly Part[], more: Part = {}): string {
  return stringify({ version: '1.0', type: 'DeclarativeSource', streams, spec: specification, ...more })
}

export interface Written extends Part {
  readonly name: string
}

const NOW = Date.UTC(2024, 5, 1)

export function imported(manifest: string, options: ImportOptions = {}) {
  const result = importManifest(manifest, { name: 'acme', now: NOW, ...options })
  const pipeline =
    result.pipeline === undefined
      ? undefined
      : (parse(result.pipeline) as { sources: (Written & { streams: Written[] })[] })
  return {
    ...result,
    sources: pipeline?.sources ?? [],
    streams: pipeline?.sources.flatMap(({ streams }) => streams) ?? [],
  }
}

/** What a single stream becomes; its source's keys are its own, as it is alone there. */
export function streamWritten(parts: StreamParts, options?: ImportOptions): Part {
  const { streams, refused } = imported(manifestOf([streamOf(parts)]), options)
  const [first] = streams
  if (first === undefined) throw new Error(`refused: ${JSON.stringify(refused)}`)
  return first
}

/** Why a single stream is refused. */
export function refusal(parts: StreamParts, options?: ImportOptions) {
  const { refused } = imported(manifestOf([streamOf(parts)]), options)
  return refused[0]
}
