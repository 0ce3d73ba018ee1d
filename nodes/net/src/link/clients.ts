/** One that is connected to us and gets what we send. */
export interface Client {
  /** Bytes that wait because it does not read. */
  readonly bufferedBytes: number
  send(bytes: string | Uint8Array): void
  /** Ends it at once. */
  drop(): void
}

/** Sends the same to many, and lets go of who does not read. */
export class Clients {
  private readonly clients = new Set<Client>()
  private readonly bufferBytesMax: number
  /** How many were let go of for that. */
  dropped = 0

  constructor(bufferBytesMax: number) {
    this.bufferBytesMax = bufferBytesMax
  }

  get count(): number {
    return this.clients.size
  }

  add(client: Client): void {
    this.clients.add(client)
  }

  remove(client: Client): void {
    this.clients.delete(client)
  }

  send(bytes: string | Uint8Array): void {
    for (const client of this.clients) {
      if (client.bufferedBytes > this.bufferBytesMax) {
        this.dropped += 1
        this.clients.delete(client)
        client.drop()
      } else client.send(bytes)
    }
  }
}
