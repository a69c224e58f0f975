import { textOf } from '../manifest/component.js'
import type { Json } from '../emit/values.js'
import type { Component } from '../manifest/component.js'
import { Refusal, refusingAt } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import { childOf } from '../manifest/templates.js'

/** What the pages are; undefined for JSON. @throws Refusal for what cannot be read. */
export function formatOfPages(decoder: Component | undefined, templates: Templates): Json | undefined {
  if (decoder === undefined) return undefined
  return refusingAt(templates.lines, decoder, 'type', () => {
    switch (decoder['type']) {
      case 'JsonDecoder':
        return undefined
      case 'JsonlDecoder':
        return 'ndjson'
      case 'CsvDecoder':
        return csv(decoder, templates)
      case 'GzipDecoder':
        return formatOfPages(childOf(decoder, 'decoder'), templates)
      default:
        throw decoder['class_name'] === undefined
          ? new Refusal('format', `${textOf(decoder['type'])} has no counterpart`)
          : new Refusal('custom component', `decoder ${textOf(decoder['class_name'])}`)
    }
  })
}

function csv(decoder: Component, templates: Templates): Json {
  const delimiter = templates.text(decoder, 'delimiter') ?? ','
  const charset = templates.text(decoder, 'encoding')
  const isPlain = charset === undefined || /^utf-?8$/i.test(charset)
  if (delimiter === '\t' || delimiter === '\\t') return isPlain ? 'tsv' : { type: 'tsv', charset }
  if (delimiter === ',' && isPlain) return 'csv'
  return { type: 'csv', ...(delimiter !== ',' && { delimiter }), ...(!isPlain && { charset }) }
}
