import { parse } from 'yaml'
import type { JsonObject, Proposal } from '../proposal.js'
import { isObject } from '../proposal.js'
import { sureText, variableOf } from '../propose-page.js'
import { proposedText } from '../proposed-text.js'
import type { WrittenProposal } from '../proposed-text.js'
import type { LeftOut, ListOperation } from './list-operations.js'
import { listOperations } from './list-operations.js'
import { References } from './references.js'
import { authOf } from './security.js'
import type { StreamPath } from './stream-paths.js'
import { streamPaths } from './stream-paths.js'

/** A pipeline file from a description, and what of it was left out. */
export interface ProposedFromOpenApi {
  /** Undefined where nothing became a stream. */
  readonly pipeline: string | undefined
  readonly streams: readonly string[]
  readonly leftOut: readonly LeftOut[]
  readonly variables: readonly string[]
}

/** Undefined for a text that is no OpenAPI description. */
export function openApiIn(text: string): JsonObject | undefined {
  try {
    const document: unknown = parse(text, { maxAliasCount: 100 })
    return isObject(document) && ('openapi' in document || 'swagger' in document) ? document : undefined
  } catch {
    return undefined
  }
}

/**
 * Proposes a pipeline from an OpenAPI 3 description: each GET that answers with a list becomes a stream.
 * `base`: the URL that it was read from, where it was.
 * @throws RangeError for another version than 3.
 */
export function proposeOpenApi(document: JsonObject, name: string, base?: string): ProposedFromOpenApi {
  const { openapi } = document
  if (typeof openapi !== 'string' || !openapi.startsWith('3.'))
    throw new RangeError(
      `the description is of version ${JSON.stringify(openapi ?? document['swagger'])}; allowed is OpenAPI 3`,
    )
  const references = new References(document)
  const { lists, leftOut } = listOperations(document, references)
  const paths = streamPaths(lists)
  const refused = lists.flatMap(({ path }) => (paths.get(path) === undefined ? [withoutParent(path)] : []))
  const written = lists.flatMap(list => {
    const place = paths.get(list.path)
    return place === undefined ? [] : [streamOf(list, place)]
  })
  const out = [...leftOut, ...refused]
  const baseUrl = baseUrlOf(document, base)
  const auth = authOf(document, references)
  const source = { name, baseUrl: baseUrl.value, ...(auth !== undefined && { auth: auth.value }) }
  const pipeline =
    written.length === 0
      ? undefined
      : proposedText({
          heading: [
            'Proposed from an OpenAPI description. What is not certain should be looked at:',
            'async-patterns acquire --sample 20 shows what comes of it.',
          ],
          source,
          notes: { baseUrl: sureText(baseUrl), ...(auth !== undefined && { auth: sureText(auth) }) },
          streams: written,
          closing: out.length === 0 ? [] : ['Left out:', ...out.map(one => `  ${one.path}: ${one.why}`)],
        })
  const variables = [...(pipeline ?? '').matchAll(/\$\{([A-Za-z_]\w*)\}/g)].map(match => match[1] ?? '')
  return {
    pipeline,
    streams: written.map(({ keys }) => String(keys['name'])),
    leftOut: out,
    variables: [...new Set(variables)],
  }
}

function withoutParent(path: string): LeftOut {
  const parameters = [...path.matchAll(/\{([^{}]+)\}/g)].map(match => match[1] ?? '')
  const why = parameters.length > 1 ? 'several parents' : 'no list that it belongs to'
  return { path, why: `${why}: write "for" for ${parameters.join(', ')} by hand` }
}

function streamOf({ records, id, pagination, required }: ListOperation, place: StreamPath): WrittenProposal {
  const { name, path, for: parent } = place
  const query = Object.fromEntries(required.map(one => [one, `\${${variableOf(one)}}`]))
  const keys = {
    name,
    ...(parent !== undefined && { for: parent }),
    path,
    ...(required.length > 0 && { query }),
    records: records.value,
    id: id.value,
    pagination: pagination.value,
  }
  return {
    keys,
    notes: {
      ...(parent !== undefined && {
        for: `likely: the path before the parameter is the list ${parent.each}`,
      }),
      ...(required.length > 0 && { query: 'The description wants these: give them values.' }),
      records: sureText(records),
      id: sureText(id),
      pagination: sureText(pagination),
    },
  }
}

/** The first server; its variables at their defaults. */
function baseUrlOf({ servers }: JsonObject, base: string | undefined): Proposal<string> {
  const first: unknown = Array.isArray(servers) ? servers[0] : undefined
  const url = isObject(first) && typeof first['url'] === 'string' ? first['url'] : ''
  const variables = isObject(first) && isObject(first['variables']) ? first['variables'] : {}
  const filled = url.replace(/\{([^{}]+)\}/g, (whole, name: string) => {
    const variable = variables[name]
    const value = isObject(variable) ? variable['default'] : undefined
    return typeof value === 'string' ? value : whole
  })
  const absolute = URL.canParse(filled, base) ? new URL(filled, base) : undefined
  if (absolute === undefined || !/^https?:$/.test(absolute.protocol) || /[{}]/.test(filled))
    return { value: '${BASE_URL}', sure: 'guess', why: 'the description names no whole URL of a server' }
  const count = Array.isArray(servers) ? servers.length : 0
  const value = absolute.href.replace(/[?#].*$/, '').replace(/\/$/, '')
  return count === 1
    ? { value, sure: 'certain', why: 'the only server' }
    : {
        value,
        sure: count === 0 ? 'guess' : 'likely',
        why: count === 0 ? 'where the description lies' : `the first of ${count} servers`,
      }
}
