import { assert, ipV4, property } from 'fast-check'
import { expect, test } from 'vitest'
import { addressKind } from '../../src/engines/address-kind.js'

test.each([
  ['8.8.8.8', 'public'],
  ['172.32.0.1', 'public'],
  ['100.128.0.1', 'public'],
  ['2606:4700::1111', 'public'],
  ['::ffff:8.8.8.8', 'public'],
  ['64:ff9b::808:808', 'public'],
  ['127.255.0.1', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['10.0.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.0.1', 'private'],
  ['100.64.0.1', 'private'],
  ['100.127.255.255', 'private'],
  ['fc00::1', 'private'],
  ['fd12::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['0.0.0.0', 'special'],
  ['169.254.169.254', 'special'],
  ['100.100.100.200', 'special'],
  ['168.63.129.16', 'special'],
  ['255.255.255.255', 'special'],
  ['224.0.0.1', 'special'],
  ['::', 'special'],
  ['::ffff:a9fe:a9fe', 'special'],
  ['::127.0.0.1', 'special'],
  ['fe80::1', 'special'],
  ['fe80::1%eth0', 'special'],
  ['fec0::1', 'special'],
  ['fd00:ec2::254', 'special'],
  ['fd20:ce::254', 'special'],
  ['2002:7f00:1::', 'special'],
  ['2001::7f00:1', 'special'],
  ['ff02::1', 'special'],
  ['64:ff9b:1::a00:1', 'special'],
  ['127.1', 'special'],
  ['0x7f000001', 'special'],
  ['2130706433', 'special'],
  ['', 'special'],
])('A-15 the address %s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind)
})

test('A-15 an IPv4 address has the same kind as its IPv6 forms', () => {
  assert(
    property(ipV4(), address => {
      const kinds = [`::ffff:${address}`, `64:ff9b::${address}`].map(addressKind)
      expect(kinds).toEqual([addressKind(address), addressKind(address)])
    }),
  )
})
