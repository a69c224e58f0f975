import { BlockList, isIP } from 'node:net'

/**
 * Who can be reached under an address: anybody (`public`), one's own network (`private`), the own machine
 * (`loopback`), or nobody that a service should ever lead to (`special`: link-local and so the metadata of
 * clouds, unspecified, multicast, reserved).
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'special'

/** Each kind with all that may reach less: what leads from one to a later one is an escalation. */
export const PRIVACY: readonly AddressKind[] = ['public', 'private', 'loopback', 'special']

type Subnet = readonly [network: string, prefix: number]

const LOOPBACK: readonly Subnet[] = [['127.0.0.0', 8]]

/** RFC 1918, and what carriers share (RFC 6598). */
const PRIVATE: readonly Subnet[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
]

/** IANA's registry of special addresses, and the metadata services that lie elsewhere. */
const SPECIAL: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
]

/** Metadata services that lie within the unique local addresses. */
const SPECIAL_V6: readonly Subnet[] = [
  ['fd00:ec2::', 32],
  ['fd20:ce::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

/** An IPv6 address that means an IPv4 one: mapped (RFC 4291), and behind NAT64 (RFC 6052). */
const CARRIERS = ['::ffff:', '64:ff9b::'] as const

const lists = {
  special: blockList(SPECIAL, SPECIAL_V6),
  loopback: blockList(LOOPBACK, [['::1', 128]]),
  private: blockList(PRIVATE, [['fc00::', 7]]),
}
/** What IPv6 has given out to networks, and what leads to IPv4; all else is reserved. */
const global = blockList([['0.0.0.0', 0]], [['2000::', 3]])

/** The kind of an IP address; what is none is `special`. */
export function addressKind(address: string): AddressKind {
  const plain = address.replace(/%.*$/, '')
  const version = isIP(plain)
  if (version === 0) return 'special'
  const family = version === 4 ? 'ipv4' : 'ipv6'
  for (const kind of ['special', 'loopback', 'private'] as const)
    if (lists[kind].check(plain, family)) return kind
  return global.check(plain, family) ? 'public' : 'special'
}

function blockList(v4: readonly Subnet[], v6: readonly Subnet[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of v4) {
    list.addSubnet(network, prefix, 'ipv4')
    for (const carrier of CARRIERS) list.addSubnet(`${carrier}${network}`, 96 + prefix, 'ipv6')
  }
  for (const [network, prefix] of v6) list.addSubnet(network, prefix, 'ipv6')
  return list
}
