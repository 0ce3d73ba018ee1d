import { BlockList } from 'node:net'
import type { Server } from 'node:net'
import { networkInterfaces } from 'node:os'

type Interfaces = ReturnType<typeof networkInterfaces>

/**
 * Ends connections that come from further away than the networks this machine is part of. In a
 * container these are the containers beside it and the machine that runs it: a port published to
 * everybody by mistake is then not open to everybody, where the runtime passes on who calls.
 */
export function answerOwnNetworks(server: Server): void {
  server.on('connection', (socket) => {
    if (!isInOwnNetwork(socket.remoteAddress, networkInterfaces())) socket.destroy()
  })
}

export function isInOwnNetwork(address: string | undefined, interfaces: Interfaces): boolean {
  if (address === undefined) return false
  const own = new BlockList()
  for (const { cidr, family } of Object.values(interfaces).flatMap((one) => one ?? [])) {
    const [network, bits] = cidr?.split('/') ?? []
    if (network !== undefined) own.addSubnet(network, Number(bits), familyName(family))
  }
  // How an address of version 4 looks where a server listens on both.
  const plain = address.replace(/^::ffff:(?=[\d.]+$)/, '')
  return own.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4')
}

const familyName = (family: string | number) =>
  String(family).endsWith('4') ? ('ipv4' as const) : ('ipv6' as const)
