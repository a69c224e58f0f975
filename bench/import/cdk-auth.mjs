/** How a stream's requests are authenticated: values that are known, or a token that a login gives. */
import { str } from './python.mjs'

/** `{ options }` of known values, or `{ options, login }` where HOLE stands for a token. */
export const HOLE = '\u0001token\u0001'

export function authOf(stream) {
  const auth = chosenAuth(stream, stream.requester.authenticator)
  if (auth === undefined) return undefined
  const kind = KINDS[auth.type]
  if (kind === undefined) throw new Error(`authenticator ${auth.type}`)
  return kind(stream, auth)
}

function chosenAuth(stream, auth) {
  if (auth?.type !== 'SelectiveAuthenticator') return auth
  const path = auth.authenticator_selection_path
  const name = [path].flat().reduce((value, key) => value?.[key], stream.environment.settings)
  const chosen = auth.authenticators[name]
  if (chosen === undefined) throw new Error(`no authenticator for the setting ${name}`)
  return chosenAuth(stream, chosen)
}

const header = (name, value) => ({ options: { header: { [name]: value } } })

const KINDS = {
  NoAuth: () => undefined,
  BearerAuthenticator: (stream, auth) =>
    header('Authorization', `Bearer ${str(stream.text(auth.api_token, auth))}`),
  BasicHttpAuthenticator: (stream, auth) => {
    const [user, password] = [auth.username, auth.password ?? ''].map(text => str(stream.text(text, auth)))
    return header('Authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
  },
  ApiKeyAuthenticator: (stream, auth) => {
    const value = str(stream.text(auth.api_token, auth))
    if (auth.inject_into === undefined) return header(str(stream.text(auth.header, auth)), value)
    const options = { request_parameter: {}, header: {}, body_data: {}, body_json: {} }
    stream.put(options, auth.inject_into, value)
    return { options }
  },
  OAuthAuthenticator: oauth,
  SessionTokenAuthenticator: session,
  LegacySessionTokenAuthenticator: legacySession,
}

const endpoint = (stream, auth, text) => str(stream.text(text, auth))

function oauth(stream, auth) {
  const get = (field, fallback) => {
    const value = auth[field] === undefined ? fallback : stream.text(auth[field], auth)
    return value === null || value === '' ? undefined : value
  }
  const grant = get('grant_type', 'refresh_token')
  const form = {
    [get('grant_type_name', 'grant_type')]: grant,
    [get('client_id_name', 'client_id')]: get('client_id'),
    [get('client_secret_name', 'client_secret')]: get('client_secret'),
  }
  const refreshName = get('refresh_token_name', 'refresh_token')
  if (grant === 'refresh_token') form[refreshName] = get('refresh_token')
  if (auth.scopes?.length > 0) form.scopes = auth.scopes.map(one => str(stream.text(one, auth)))
  Object.assign(form, stream.nested(auth.refresh_request_body ?? {}, auth, {}))
  const request = {
    method: 'POST',
    url: endpoint(stream, auth, auth.token_refresh_endpoint),
    headers: stream.nested(auth.refresh_request_headers ?? {}, auth, {}),
    body: Object.fromEntries(
      Object.entries(form).filter(([, value]) => value !== undefined && value !== null),
    ),
  }
  const rotates = auth.refresh_token_updater !== undefined
  const answer = {
    tokenPath: [get('access_token_name', 'access_token')],
    expiresPath: [get('expires_in_name', 'expires_in')],
    ...(rotates
      ? { refreshPath: [auth.refresh_token_updater.refresh_token_name ?? 'refresh_token'], refreshName }
      : {}),
  }
  return { ...header('Authorization', `Bearer ${HOLE}`), login: { kind: 'oauth', request, answer } }
}

function session(stream, auth) {
  const login = auth.login_requester
  const retriever = {
    ...stream.retriever,
    requester: login,
    paginator: undefined,
    partition_router: undefined,
  }
  const inner = new stream.constructor(
    { ...stream.definition, retriever, incremental_sync: undefined },
    stream.environment,
  )
  const made = inner.request({ partition: {}, window: {} }, undefined)
  const tokenPath = auth.session_token_path.map(key => str(stream.text(key, auth)))
  const use = auth.request_authentication
  const login_ = { kind: 'session', made, answer: { tokenPath } }
  if (use.type === 'Bearer') return { ...header('Authorization', `Bearer ${HOLE}`), login: login_ }
  const options = { request_parameter: {}, header: {}, body_data: {}, body_json: {} }
  const value = use.api_token === undefined ? HOLE : stream.text(use.api_token, use, { session_token: HOLE })
  stream.put(options, use.inject_into, value)
  return { options, login: login_ }
}

function legacySession(stream, auth) {
  const get = field => str(stream.text(auth[field] ?? '', auth))
  const given = get('session_token')
  if (given !== '' && given !== 'None') return header(get('header'), given)
  const request = {
    method: 'POST',
    url: `${get('api_url')}${get('login_url')}`,
    headers: { 'Content-Type': 'application/json' },
    body: { username: get('username'), password: get('password') },
  }
  return {
    ...header(get('header'), HOLE),
    login: { kind: 'legacy', request, answer: { tokenPath: [get('session_token_response_key')] } },
  }
}
