import type { Server } from 'node:net'

/** Listens on the port, or on one that is free when that is taken. Gives the port. */
export async function listenNear(server: Server, host: string, port: number): Promise<number> {
  try {
    return await listen(server, host, port)
  } catch (error) {
    if (port === 0 || !isTaken(error)) throw error
    return listen(server, host, 0)
  }
}

/** Gives the port, which is the one asked for unless that was 0. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
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
