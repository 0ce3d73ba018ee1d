import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { makeCertificate } from '@millrace/services'

/** TLS in front of a server that has none, with a certificate that nobody knows. */
export interface TlsDoor {
  readonly port: number
  /** What a client must trust to come in, as PEM text. */
  readonly authority: string
  close(): Promise<void>
}

export async function openTlsDoor(target: number): Promise<TlsDoor> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-tls-'))
  const { keyFile, certificateFile } = await makeCertificate(folder)
  const [key, cert] = await Promise.all([keyFile, certificateFile].map((file) => readFile(file)))
  const open = new Set<Socket>()
  const server = createServer({ key, cert }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1' })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    authority: String(cert),
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => void server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
