import type { Server } from 'node:net'

/** Whether one listener can take a port over from another with no moment between them. */
export const canSharePorts = process.platform === 'linux'

/** Listens on the port, or on one that is free when that is taken. Gives the port. */
export async function listenNear(server: Server, host: string, port: number): Promise<number> {
  try {
    return await listen(server, { host, port })
  } catch (error) {
    if (port === 0 || !isTaken(error)) throw error
    return listen(server, { host, port: 0 })
  }
}

/**
 * Gives the port, which is the one asked for unless that was 0. A port that is shared may be
 * listened on by others who share it; see `canSharePorts`.
 */
export function listen(
  server: Server,
  place: { readonly host: string; readonly port: number; readonly isShared?: boolean },
): Promise<number> {
  const { host, port, isShared = false } = place
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, reusePort: isShared && canSharePorts }, () => {
      server.off('error', reject)
      const address = server.address()
      if (typeof address === 'object' && address !== null) resolve(address.port)
      else reject(new Error('The server has no address.'))
    })
  })
}

/** Some systems keep ports for themselves and refuse them instead of calling them taken. */
function isTaken(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'EADDRINUSE' || error.code === 'EACCES'
}
