import type { JsonObject, Proposal } from '../proposal.js'
import type { PagingKeys } from '../paging-proposal.js'

const named = (names: ReadonlyMap<string, JsonObject>, pattern: RegExp): string | undefined =>
  [...names.keys()].find(name => pattern.test(name))

/** How pages are asked for, by the names of query parameters and of what the answer has beside its records. */
export function pagingFor(
  parameters: ReadonlyMap<string, JsonObject>,
  answer: readonly string[],
): Proposal<PagingKeys> {
  const sizeParam = named(
    parameters,
    /^(?:limit|per_?page|page_?size|size|count|max_?results|\$top|page\[(?:size|limit)\])$/i,
  )
  const pageSize = sizeParam === undefined ? 100 : sizeFor(parameters.get(sizeParam))
  const sized = sizeParam === undefined ? {} : { sizeParam, pageSize }
  const nextUrlPath = answer.find(path =>
    /^(?:next|links\.next|_links\.next|next_?(?:page_?)?ur[il]|@odata\.nextLink)$/i.test(path),
  )
  const cursorPath = answer.find(path =>
    /(?:^|\.)(?:next_?(?:page_?)?(?:cursor|token)|end_?cursor|cursor|after)$/i.test(path),
  )
  const cursorParam = named(
    parameters,
    /^(?:cursor|after|page_?token|next_?token|continuation_?token|starting_after|page\[(?:cursor|after)\])$/i,
  )
  if (cursorParam !== undefined && cursorPath !== undefined)
    return {
      value: { type: 'cursor', cursorPath, cursorParam, ...sized },
      sure: 'likely',
      why: `${cursorParam} and ${cursorPath} are named so`,
    }
  const hasMorePath = answer.find(path => /^has_?more$/i.test(path))
  if (cursorParam === 'starting_after' && hasMorePath !== undefined)
    return {
      value: { type: 'cursor', from: 'lastRecord', cursorPath: 'id', cursorParam, hasMorePath, ...sized },
      sure: 'likely',
      why: 'starting_after and has_more, as Stripe has them',
    }
  if (nextUrlPath !== undefined)
    return {
      value: {
        type: 'nextUrl',
        nextUrlPath: nextUrlPath === '@odata.nextLink' ? '["@odata.nextLink"]' : nextUrlPath,
      },
      sure: 'likely',
      why: `${nextUrlPath} is named like the URL of the next page`,
    }
  const pageParam = named(parameters, /^(?:page|page_?number|page\[number\])$/i)
  if (pageParam !== undefined) {
    const totalPagesPath = answer.find(path => /(?:^|\.)(?:total_?pages|page_?count|last_?page)$/i.test(path))
    const value = {
      type: 'page',
      pageParam,
      pageSize,
      ...(sizeParam && { sizeParam }),
      ...(totalPagesPath && { totalPagesPath }),
    }
    return { value, sure: 'likely', why: `the parameter ${pageParam}` }
  }
  const offsetParam = named(parameters, /^(?:offset|skip|start|start_?at|\$skip|page\[offset\])$/i)
  if (offsetParam !== undefined)
    return {
      value: { type: 'offset', offsetParam, limitParam: sizeParam ?? false, pageSize },
      sure: 'likely',
      why: `the parameter ${offsetParam}`,
    }
  const why =
    cursorParam === undefined
      ? 'no parameter pages'
      : `${cursorParam} wants a cursor, and where it stands is not told`
  return { value: { type: 'none' }, sure: 'guess', why }
}

/** As many as are allowed, but no more than 100. */
function sizeFor(parameter: JsonObject | undefined): number {
  const schema = parameter?.['schema'] as JsonObject | undefined
  const maximum = schema?.['maximum']
  return typeof maximum === 'number' && maximum >= 1 ? Math.min(100, Math.floor(maximum)) : 100
}
