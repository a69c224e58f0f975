import type { AuthConfig, PipelineConfig, StreamConfig } from '../../acquisition/index.js'

/** Behind a source's URL. */
export const TOKEN_PATH = '/-/token'
export const LOGIN_PATH = '/-/login'

/** Where each source of a pipeline is on the mock. */
export function sourceUrls(config: PipelineConfig, url: string): Record<string, string> {
  return Object.fromEntries(config.streams.map(({ source }) => [source, `${url}/${source}`]))
}

/** The same pipeline, with all that it asks at the mock. */
export function pointedAt(config: PipelineConfig, url: string): PipelineConfig {
  return {
    ...config,
    streams: config.streams.map(stream => pointedStream(stream, `${url}/${stream.source}`)),
  }
}

function pointedStream(stream: StreamConfig, url: string): StreamConfig {
  const { auth, pagination } = stream
  return {
    ...stream,
    baseUrl: url,
    proxy: undefined,
    tls: undefined,
    auth: auth && pointedAuth(auth, url),
    pagination: 'allow' in pagination ? { ...pagination, allow: undefined } : pagination,
  }
}

function pointedAuth(auth: AuthConfig, url: string): AuthConfig {
  if ('tokenUrl' in auth) return { ...auth, tokenUrl: url + TOKEN_PATH }
  return auth.type === 'login' && auth.url !== undefined ? { ...auth, url: url + LOGIN_PATH } : auth
}
