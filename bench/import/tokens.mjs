/** Login and token endpoints: what they accept, what they give, and which tokens are good. */
import { HOLE } from './cdk-auth.mjs'
import { flat } from './cdk-stream.mjs'
import { toJson } from './python.mjs'

/** Uses after which a token is refused once, so that a client has to renew it. */
const USES = 40

export class Tokens {
  constructor() {
    this.logins = new Map()
    this.serial = 0
  }

  /** The login of a stream's requests, made known. */
  register(login) {
    const key = toJson(login.request ?? [...flat(login.made)])
    if (!this.logins.has(key)) this.logins.set(key, new Login(login, this))
    return this.logins.get(key)
  }

  /** The answer to a login request; undefined where it is none. */
  answer(places) {
    const found = [...this.logins.values()].filter(one => one.isAt(places))
    if (found.length === 0) return undefined
    const right = found.find(one => one.misfit(places) === undefined)
    return right === undefined ? { misfit: found[0].misfit(places) } : { ...right.issue(), login: right }
  }
}

class Login {
  constructor({ kind, request, made, answer }, owner) {
    Object.assign(this, { kind, answer, owner })
    this.wanted = made === undefined ? wantedOf(request) : flat(made)
    this.refreshName = answer.refreshName
    this.tokens = new Map()
  }

  isAt(places) {
    return ['host', 'path', 'method'].every(place => places.get(place) === this.wanted.get(place))
  }

  /** The body's fields by name, whether they came as a form or as JSON. */
  misfit(places) {
    const fields = named(places)
    for (const [place, text] of named(this.wanted)) {
      if (place.startsWith('header ')) {
        if (!/accept|content-type|user-agent/.test(place) && fields.get(place) !== text)
          return `${place} is ${fields.get(place)}, wanted ${text}`
      } else if (fields.get(place) !== text && !isSaidOtherwise(place, text, fields))
        return `${place} is ${fields.get(place)}, wanted ${text}`
    }
    return undefined
  }

  issue() {
    this.owner.serial += 1
    const token = `tok-${this.owner.serial}-${this.kind}`
    this.tokens.clear()
    this.tokens.set(token, USES)
    const { tokenPath, expiresPath, refreshPath } = this.answer
    const body = {}
    place(body, tokenPath, token)
    if (expiresPath) place(body, expiresPath, 3600)
    if (refreshPath) this.#rotate(body, refreshPath)
    return { status: 200, body }
  }

  #rotate(body, path) {
    const next = `refresh-${this.owner.serial}`
    place(body, path, next)
    for (const placeName of this.wanted.keys())
      if (placeName === `form ${this.refreshName}`) this.wanted.set(placeName, next)
  }

  /** Whether a text carries a good token; each use counts. */
  accepts(template, text) {
    const [before, after] = template.split(HOLE)
    if (!text.startsWith(before) || !text.endsWith(after)) return false
    const token = text.slice(before.length, text.length - after.length)
    const left = this.tokens.get(token) ?? 0
    if (left === 1) this.tokens.delete(token)
    else if (left > 1) this.tokens.set(token, left - 1)
    return left > 0
  }
}

/**
 * The CDK sends credentials in the body beside those in the header, and scopes under a name that no service knows
 * (RFC 6749, 2.3.1 and 3.3): one of the two is enough, and `scope` is right.
 */
function isSaidOtherwise(place, text, fields) {
  if (/^form client_(?:id|secret)$/.test(place))
    return /^Basic /i.test(fields.get('header authorization') ?? '')
  const scopes = fields.get('form scope')?.split(' ') ?? []
  return place.startsWith('form scopes') && scopes.includes(text)
}

function place(body, path, value) {
  let target = body
  for (const key of path.slice(0, -1)) target = target[key] ??= {}
  target[path.at(-1)] = value
}

function wantedOf({ method, url, headers, body }) {
  const address = new URL(url)
  const query = [...address.searchParams]
  address.search = ''
  return flat({ method, url: address.href, query, headers: headers ?? {}, form: body })
}

/** Form and JSON fields under one name. */
function named(places) {
  const result = new Map()
  for (const [key, value] of places) {
    if (key.startsWith('body.'))
      result.set(`form ${key.slice(5)}`, value.startsWith('"') ? JSON.parse(value) : value)
    else result.set(key, value)
  }
  return result
}
