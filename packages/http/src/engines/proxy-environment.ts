import { BlockList, isIP } from 'node:net'

/** A proxy, and the variable that named it. */
export interface FoundProxy {
  readonly url: string
  readonly variable: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that the environment has for a URL: `HTTPS_PROXY` or `HTTP_PROXY` by its scheme, unless `NO_PROXY`
 * has its host. The names in lower case go first, as with curl.
 */
export function proxyFromEnvironment(url: string, environment: Environment): FoundProxy | undefined {
  const target = new URL(url)
  const name = target.protocol === 'https:' ? 'https_proxy' : 'http_proxy'
  const variable = [name, name.toUpperCase()].find(one => (environment[one] ?? '') !== '')
  const exceptions = environment['no_proxy'] ?? environment['NO_PROXY'] ?? ''
  if (variable === undefined || isExcepted(target, exceptions)) return undefined
  const value = environment[variable] as string
  return { url: value.includes('://') ? value : `http://${value}`, variable }
}

/**
 * `NO_PROXY` is a list by commas or spaces: `*`; hosts, each with all below it (`example.com`, `.example.com`,
 * `*.example.com`); addresses and networks (`10.0.0.0/8`); each perhaps with a port.
 */
function isExcepted({ hostname, port, protocol }: URL, exceptions: string): boolean {
  const host = bare(hostname).replace(/\.$/, '')
  const ownPort = port || (protocol === 'https:' ? '443' : '80')
  return exceptions
    .split(/[\s,]+/)
    .filter(entry => entry !== '')
    .some(entry => {
      const [, named = entry, onlyPort = ownPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? []
      return onlyPort === ownPort && covers(bare(named.toLowerCase()), host)
    })
}

function covers(entry: string, host: string): boolean {
  if (entry === '*') return true
  if (isIP(host) !== 0) return entry === host || isInNetwork(entry, host)
  const domain = entry.replace(/^\*?\./, '').replace(/\.$/, '')
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`))
}

function isInNetwork(entry: string, host: string): boolean {
  const [network = '', prefix = ''] = entry.split('/')
  const family = isIP(network) === 4 ? 'ipv4' : 'ipv6'
  if (isIP(network) !== isIP(host) || !/^\d+$/.test(prefix)) return false
  if (Number(prefix) > (family === 'ipv4' ? 32 : 128)) return false
  const list = new BlockList()
  list.addSubnet(network, Number(prefix), family)
  return list.check(host, family)
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}
