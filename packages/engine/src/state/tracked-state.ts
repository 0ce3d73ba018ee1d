import type { KeyedState } from '@millrace/sdk'

type Key = string | number

/** Its value is in the last epoch. */
const stored = 0
/** The last epoch has another value. */
const changed = 1
/** The last epoch has no value. */
const fresh = 2

const compactFrom = 1_000
/** When a map is too large it is made this much smaller, so that it is not done too often. */
const keptShare = 0.9

interface Cell {
  value: unknown
  mark: typeof stored | typeof changed | typeof fresh
}

/** The values of a map as the last epoch has them. */
export interface Cold {
  value(key: Key): unknown
  entries(): Iterable<readonly [Key, unknown]>
}

export interface TrackedOptions {
  readonly cold: Cold
  /** Values that stay in memory; others are read from the last epoch when they are asked for. */
  readonly keysMax: number
}

/**
 * One named map of a node whose changes are stored with each epoch. A value lies in a cell that
 * knows whether it changed, and the last cell is at hand, as nodes read a value and write it back.
 * Of a map that is too large, values that the last epoch has are let go and read again.
 */
export class TrackedState implements KeyedState<unknown> {
  private readonly cells = new Map<Key, Cell>()
  /** Keys whose cells are not as they are stored. */
  private changedKeys: Key[] = []
  private readonly deletedKeys = new Set<Key>()
  private lastKey: Key | undefined
  private lastCell: Cell | undefined
  private readonly options: TrackedOptions | undefined
  /** Keys that only the last epoch has. */
  private coldCount = 0
  /** For each that goes through all: the keys that came back into memory meanwhile. */
  private readonly walks = new Set<Set<Key>>()

  /** Begins with what is stored. */
  constructor(entries: Iterable<readonly [Key, unknown]> = [], options?: TrackedOptions) {
    this.options = options
    const keysMax = options?.keysMax ?? Infinity
    for (const [key, value] of entries) {
      if (this.cells.size < keysMax) this.cells.set(key, { value, mark: stored })
      else this.coldCount += 1
    }
  }

  get size(): number {
    return this.cells.size + this.coldCount
  }

  get(key: Key): unknown {
    return this.find(key)?.value
  }

  set(key: Key, value: unknown): void {
    const cell = this.find(key)
    if (cell === undefined) {
      this.add(key, value)
      return
    }
    cell.value = value
    if (cell.mark !== stored) return
    cell.mark = changed
    this.changedKeys.push(key)
  }

  delete(key: Key): void {
    const cell = this.find(key)
    if (cell === undefined) return
    this.cells.delete(key)
    if (cell.mark !== fresh) this.deletedKeys.add(key)
    this.forgetLast()
  }

  *keys(): IterableIterator<Key> {
    if (this.coldCount === 0) yield* this.cells.keys()
    else for (const [key] of this.entries()) yield key
  }

  *entries(): IterableIterator<[Key, unknown]> {
    for (const [key, { value }] of this.cells) yield [key, value]
    if (this.coldCount > 0) yield* this.coldEntries()
  }

  clear(): void {
    for (const [key] of this.coldCount > 0 ? this.coldEntries() : []) this.deletedKeys.add(key)
    for (const [key, { mark }] of this.cells) if (mark !== fresh) this.deletedKeys.add(key)
    this.coldCount = 0
    this.cells.clear()
    this.forgetLast()
  }

  /** What the next epoch has to store; undefined for what was deleted. */
  changes(): [Key, unknown][] {
    const changes: [Key, unknown][] = []
    for (const key of this.deletedKeys) changes.push([key, undefined])
    for (const key of new Set(this.changedKeys)) {
      const cell = this.cells.get(key)
      if (cell !== undefined && cell.mark !== stored) changes.push([key, cell.value])
    }
    return changes
  }

  /** The epoch is stored. */
  stored(): void {
    for (const key of this.changedKeys) {
      const cell = this.cells.get(key)
      if (cell !== undefined) cell.mark = stored
    }
    this.changedKeys = []
    this.deletedKeys.clear()
    if (this.cells.size > (this.options?.keysMax ?? Infinity)) this.letGo()
  }

  private find(key: Key): Cell | undefined {
    if (key === this.lastKey) return this.lastCell
    const cell = this.cells.get(key) ?? (this.coldCount > 0 ? this.bringBack(key) : undefined)
    if (cell === undefined) return undefined
    this.lastKey = key
    this.lastCell = cell
    return cell
  }

  private bringBack(key: Key): Cell | undefined {
    const value = this.deletedKeys.has(key) ? undefined : this.options?.cold.value(key)
    if (value === undefined) return undefined
    const cell: Cell = { value, mark: stored }
    this.cells.set(key, cell)
    this.coldCount -= 1
    for (const cameBack of this.walks) cameBack.add(key)
    return cell
  }

  /** The values that are not in memory, and those that came back on the way. */
  private *coldEntries(): IterableIterator<[Key, unknown]> {
    const cameBack = new Set<Key>()
    this.walks.add(cameBack)
    try {
      for (const [key, value] of this.options?.cold.entries() ?? []) {
        const cell = this.cells.get(key)
        if (cell === undefined && !this.deletedKeys.has(key)) yield [key, value]
        else if (cell !== undefined && cameBack.has(key)) yield [key, cell.value]
      }
    } finally {
      this.walks.delete(cameBack)
    }
  }

  /** Leaves to the last epoch what came into memory first. */
  private letGo(): void {
    const keysMax = this.options?.keysMax ?? Infinity
    let tooMany = this.cells.size - Math.floor(keysMax * keptShare)
    for (const [key, { mark }] of this.cells) {
      if (tooMany <= 0) break
      if (mark !== stored) continue
      this.cells.delete(key)
      this.coldCount += 1
      tooMany -= 1
    }
    this.forgetLast()
  }

  private add(key: Key, value: unknown): void {
    // One that was deleted in this epoch is still stored.
    const mark = this.deletedKeys.delete(key) ? changed : fresh
    const cell: Cell = { value, mark }
    this.cells.set(key, cell)
    if (this.changedKeys.length > this.cells.size * 2 + compactFrom) this.compact()
    this.changedKeys.push(key)
    this.lastKey = key
    this.lastCell = cell
  }

  /** Keys that come and go before an epoch is stored must not pile up. */
  private compact(): void {
    const live = [...new Set(this.changedKeys)].filter((key) => {
      const cell = this.cells.get(key)
      return cell !== undefined && cell.mark !== stored
    })
    this.changedKeys = live
  }

  private forgetLast(): void {
    this.lastKey = undefined
    this.lastCell = undefined
  }
}
