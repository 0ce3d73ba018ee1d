/**
 * The 65,535 packet ids of a connection, shared between the client library, which subscribes, and
 * the outbox, which publishes, so that no id is in use twice.
 */
export class PacketIds {
  private readonly owners = new Uint8Array(65_536)
  private last = 0
  private used = 0

  /** For the library: it forgets its own at each new connection. */
  readonly forLibrary = {
    allocate: (): number | null => this.take(ownedByLibrary) ?? null,
    getLastAllocated: (): number | null => this.last,
    register: (id: number): boolean => this.claim(id),
    deallocate: (id: number): void => this.free(id, ownedByLibrary),
    clear: (): void => this.freeAllOfLibrary(),
  }

  /** Gives `undefined` when all are in use. */
  allocate(): number | undefined {
    return this.take(ownedByOutbox)
  }

  release(id: number): void {
    this.free(id, ownedByOutbox)
  }

  private take(owner: number): number | undefined {
    if (this.used >= 65_535) return undefined
    do {
      this.last = this.last >= 65_535 ? 1 : this.last + 1
    } while (this.owners[this.last] !== unused)
    this.owners[this.last] = owner
    this.used += 1
    return this.last
  }

  private claim(id: number): boolean {
    if (this.owners[id] !== unused) return false
    this.owners[id] = ownedByLibrary
    this.used += 1
    return true
  }

  private free(id: number, owner: number): void {
    if (this.owners[id] !== owner) return
    this.owners[id] = unused
    this.used -= 1
  }

  private freeAllOfLibrary(): void {
    for (let id = 1; id < this.owners.length; id += 1) this.free(id, ownedByLibrary)
  }
}

const unused = 0
const ownedByLibrary = 1
const ownedByOutbox = 2
