import type { Message } from '@millrace/sdk'
import type { HeldMessage } from '../durability.ts'

/** A message that a node took in and has not dealt with yet; all holds taken for it share this. */
export interface Held {
  readonly id: number
  readonly node: string
  readonly input: number
  readonly message: Message
  /** Holds that are open. */
  open: number
  isStored: boolean
}

/** The messages that nodes hold: those not yet stored, and those that are stored and dealt with. */
export class HeldMessages {
  private lastId = 0
  private count = 0
  private readonly fresh = new Set<Held>()
  private released: number[] = []

  /** Messages that are held now. */
  get size(): number {
    return this.count
  }

  /** The node holds this message from now on. */
  take(node: string, input: number, message: Message): Held {
    this.lastId += 1
    this.count += 1
    const held = { id: this.lastId, node, input, message, open: 0, isStored: false }
    this.fresh.add(held)
    return held
  }

  /** A message that was held before a crash. */
  restore({ id, node, input, message }: HeldMessage): Held {
    this.lastId = Math.max(this.lastId, id)
    this.count += 1
    // Only messages that nodes took in are ever stored as held.
    return { id, node, input, message: message as Message, open: 0, isStored: true }
  }

  /** One hold less; the last one deals with the message. */
  release(held: Held): void {
    held.open -= 1
    if (held.open <= 0) this.drop(held)
  }

  /** The message is dealt with, or there is nobody left to deal with it. */
  drop(held: Held): void {
    this.count -= 1
    if (held.isStored) this.released.push(held.id)
    else this.fresh.delete(held)
  }

  /** What the next epoch has to store. */
  changes(): { readonly held: readonly HeldMessage[]; readonly released: readonly number[] } {
    const held = [...this.fresh].map(({ id, node, input, message }) => ({
      id,
      node,
      input,
      message,
    }))
    return { held, released: this.released }
  }

  /** The epoch is stored. */
  stored(): void {
    for (const held of this.fresh) held.isStored = true
    this.fresh.clear()
    this.released = []
  }
}
