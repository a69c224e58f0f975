import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import type { AddressKind } from './address-kind.js'
import { addressKind, PRIVACY } from './address-kind.js'
import { TransportError } from './transport-error.js'

/**
 * Which addresses a transport connects to:
 *
 * - `named`: those that the URL itself names. An address names itself; `localhost` and names of one's own
 *   network (without a dot, or in `.internal`, `.local`, `.lan`, `.home.arpa`, ...) name private addresses
 *   and the own machine; every other name stands for public addresses, whatever the DNS says.
 * - `private`: other names may stand for private addresses and the own machine too.
 * - `any`: nothing is looked at.
 *
 * No name ever stands for a link-local address, and so for the metadata service of a cloud, unless `any`.
 */
export type Reach = 'named' | 'private' | 'any'

/** Every Reach, from the narrowest to the widest. */
export const REACHES: readonly Reach[] = ['named', 'private', 'any']

/** RFC 6761, RFC 6762 (appendix G), RFC 8375, and ICANN's `.internal`. */
const OWN_NETWORK = /\.(?:corp|home|home\.arpa|internal|intranet|lan|local|private)$/

/** Whether a host may turn out to have this address. */
function mayHave(reach: Reach, hostname: string, address: string): boolean {
  const kind = addressKind(address)
  if (reach === 'any' || kind === 'public') return true
  return kind !== 'special' && (reach === 'private' || kindNamed(hostname) !== 'public')
}

/**
 * Whether one host may send on to another: not to what is more private than itself, as a service of the
 * internet has no business on the own network.
 */
export function maySendOn(reach: Reach, from: string, to: string): boolean {
  if (reach === 'any' || from === to) return true
  const least = reach === 'private' ? PRIVACY.indexOf('loopback') : 0
  return PRIVACY.indexOf(kindNamed(to)) <= Math.max(least, PRIVACY.indexOf(kindNamed(from)))
}

/** The kind of address that a host says to have by its name alone. */
function kindNamed(hostname: string): AddressKind {
  if (isIP(hostname) !== 0) return addressKind(hostname)
  const name = hostname.replace(/\.$/, '')
  if (/(?:^|\.)localhost$/.test(name)) return 'loopback'
  return name.includes('.') && !OWN_NETWORK.test(name) ? 'public' : 'private'
}

/**
 * Looks names up for a socket. Every answer is checked, and those that pass are the ones that are connected
 * to: nobody asks the DNS again in between. It fails with ADDRESS_REFUSED when none does.
 */
export function guardedLookup(reach: Reach, lookup: LookupFunction): LookupFunction {
  if (reach === 'any') return lookup
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, answer, family) => {
      if (error !== null) return callback(error, [])
      const found: LookupAddress[] =
        typeof answer === 'string' ? [{ address: answer, family: family ?? isIP(answer) }] : answer
      const allowed = found.filter(({ address }) => mayHave(reach, hostname, address))
      const [first] = allowed
      if (first === undefined) callback(addressRefused(hostname, found), [])
      else if (options.all === true) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }
}

function addressRefused(hostname: string, found: readonly LookupAddress[]): TransportError {
  const told = found.map(({ address }) => `${address} (${addressKind(address)})`).join(', ')
  return new TransportError(
    'ADDRESS_REFUSED',
    `${hostname} has the address ${told || 'of nobody'}; allowed are public addresses, and others only ` +
      'where the URL names them itself (an address, localhost, a name of the own network), or by allowPrivate',
  )
}
