import { lookup as systemLookup } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { NodeError } from '@millrace/sdk'

/**
 * Addresses from which clouds hand out credentials to whoever asks from inside: link-local ones, and
 * the few that clouds put elsewhere. A flow whose address comes from a message must not reach them.
 */
const guarded = new BlockList()
guarded.addSubnet('169.254.0.0', 16, 'ipv4')
guarded.addSubnet('fe80::', 10, 'ipv6')
// The same within addresses of version 6: through NAT64, through 6to4, and as it was once written.
guarded.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6')
guarded.addAddress('64:ff9b::6464:64c8', 'ipv6')
guarded.addSubnet('2002:a9fe::', 32, 'ipv6')
guarded.addSubnet('::a9fe:0', 112, 'ipv6')
guarded.addAddress('fd00:ec2::254', 'ipv6')
guarded.addAddress('100.100.100.200', 'ipv4')
// Azure, Oracle, and Google by version 6.
guarded.addAddress('168.63.129.16', 'ipv4')
guarded.addAddress('192.0.0.192', 'ipv4')
guarded.addAddress('fd20:ce::254', 'ipv6')

export function isGuarded(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && guarded.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

export function refuseGuarded(host: string): void {
  const address = host.replace(/^\[(.*)\]$/, '$1')
  if (isGuarded(address)) throw guardedError(host)
}

/**
 * Looks names up for a connection and refuses those that lead to a guarded address. The check is on
 * what will be connected to, so a name that changes its address in between gains nothing.
 */
export const guardedLookup: LookupFunction = (host, options, done) => {
  systemLookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, '')
    if (addresses.some(({ address }) => isGuarded(address))) return done(guardedError(host), '')
    if (options.all === true) return done(null, addresses)
    // A lookup that succeeds has at least one address.
    const [first] = addresses as [LookupAddress]
    done(null, first.address, first.family)
  })
}

function guardedError(host: string): NodeError {
  return new NodeError(
    'HTTP_ADDRESS_REFUSED',
    `"${host}" is a link-local address, where clouds hand out credentials. Allow such addresses in the node if that is meant.`,
  )
}
