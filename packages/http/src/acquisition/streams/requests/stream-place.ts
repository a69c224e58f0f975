import { AsyncPatternsError } from 'async-patterns'
import type { ComputedValue, Reference, Roots, Scope, Template } from '../../references/index.js'
import {
  COMPUTED,
  isComputed,
  referencesOf,
  renderJson,
  renderText,
  textOf,
  valueTemplate,
} from '../../references/index.js'
import type { StreamAddress } from './stream-url.js'
import { strictlyEncoded } from './url-text.js'

type Place = Pick<StreamAddress, 'baseUrl' | 'path'>

/** A value that cannot stand where a reference puts it. */
export class ReferenceValueError extends AsyncPatternsError {
  readonly code = 'REFERENCE_VALUE'
}

/** Roots whose values are known with the page alone. */
const LATER: ReadonlySet<string> = new Set([COMPUTED, 'pagination'])

/** Where a stream's pages are, references in it. */
export interface PlaceTemplate {
  readonly template: Template
  /** @throws ReferenceValueError for a value that must not stand in a path. */
  at(scope: Scope): Place
}

/** A path that waits for what is computed, or for its page, is empty until then. @throws TemplateError for a root that is not known. */
export function placeTemplate(baseUrl: string, path: string | ComputedValue, roots: Roots): PlaceTemplate {
  const template = valueTemplate(path, roots)
  return {
    template,
    at: scope => {
      if (referencesOf(template).some(({ root, name }) => LATER.has(root) && !Object.hasOwn(scope, name)))
        return { baseUrl, path: '' }
      if (!isComputed(path)) return { baseUrl, path: renderText(template, scope, pathSegment) }
      return computedPlace(baseUrl, renderJson(template, scope))
    },
  }
}

/** All but unreserved characters are encoded (RFC 3986, 2.3): no value can lead to another place. */
function pathSegment(value: string, { name }: Reference): string {
  if (value === '' || value === '.' || value === '..') {
    const allowed = 'allowed in a path is a text that is not empty, . or ..'
    throw new ReferenceValueError(`{${name}} is ${JSON.stringify(value)}; ${allowed}`)
  }
  return strictlyEncoded(value)
}

/** A path below the base, or a whole URL at its origin, which is taken as it is written. */
function computedPlace(baseUrl: string, json: string): Place {
  const text = textOf(json)
  const segments = text.replace(/^\//, '').split('/')
  if (/^https?:\/\//i.test(text)) return urlPlace(baseUrl, text)
  if (/^[[{]/.test(json) || segments.some(one => ['', '.', '..'].includes(one))) {
    const allowed = 'a path, no segment of which is empty, . or ..'
    throw new ReferenceValueError(`the computed path is ${json}; allowed is ${allowed}`)
  }
  return { baseUrl, path: segments.map(strictlyEncoded).join('/') }
}

function urlPlace(baseUrl: string, text: string): Place {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const { origin } = new URL(baseUrl)
  if (url === undefined || url.origin !== origin || url.username !== '' || url.password !== '') {
    const told = url === undefined ? 'no URL' : `at ${url.origin}`
    const allowed = `allowed is ${origin} alone, without credentials`
    throw new ReferenceValueError(`the computed path is ${told}; ${allowed}`)
  }
  return { baseUrl: origin, path: url.pathname + url.search }
}
