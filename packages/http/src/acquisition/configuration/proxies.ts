import { proxyFromEnvironment } from '../../engines/index.js'
import { ConfigError } from './config-error.js'
import type { Environment } from './environment-values.js'
import type { PipelineFile, SourceFile } from './pipeline-schema.js'
import { isProxy } from './pipeline-schema.js'

/** A file with a proxy for each source, `none` for those that have none. */
type ProxiedFile = PipelineFile & { readonly sources: readonly (SourceFile & { readonly proxy: string })[] }

/** A source that names no proxy has the environment's. @throws ConfigError for one that is none. */
export function withProxies(file: PipelineFile, environment: Environment): ProxiedFile {
  const sources = file.sources.map(source => {
    if (source.proxy !== undefined) return { ...source, proxy: source.proxy }
    const found = proxyFromEnvironment(source.baseUrl, environment)
    if (found === undefined) return { ...source, proxy: 'none' }
    const { url, variable } = found
    if (isProxy(url)) return { ...source, proxy: url }
    const message = `it names no proxy; allowed is an http or https URL (NO_PROXY keeps hosts from it)`
    throw new ConfigError([{ path: '', place: variable, message }])
  })
  return { ...file, sources }
}
