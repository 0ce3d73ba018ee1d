import type { KeyedState } from '@millrace/sdk'

type Key = string | number

/** Its value is in the last epoch. */
const stored = 0
/** The last epoch has another value. */
const changed = 1
/** The last epoch has no value. */
const fresh = 2

const compactFrom = 1_000

interface Cell {
  value: unknown
  mark: typeof stored | typeof changed | typeof fresh
}

/**
 * One named map of a node whose changes are stored with each epoch. A value lies in a cell that
 * knows whether it changed, and the last cell is at hand, as nodes read a value and write it back.
 */
export class TrackedState implements KeyedState<unknown> {
  private readonly cells = new Map<Key, Cell>()
  /** Keys whose cells are not as they are stored. */
  private changedKeys: Key[] = []
  private readonly deletedKeys = new Set<Key>()
  private lastKey: Key | undefined
  private lastCell: Cell | undefined

  /** Begins with what is stored. */
  constructor(entries: Iterable<readonly [Key, unknown]> = []) {
    for (const [key, value] of entries) this.cells.set(key, { value, mark: stored })
  }

  get size(): number {
    return this.cells.size
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

  keys(): IterableIterator<Key> {
    return this.cells.keys()
  }

  *entries(): IterableIterator<[Key, unknown]> {
    for (const [key, { value }] of this.cells) yield [key, value]
  }

  clear(): void {
    for (const [key, { mark }] of this.cells) if (mark !== fresh) this.deletedKeys.add(key)
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
  }

  private find(key: Key): Cell | undefined {
    if (key === this.lastKey) return this.lastCell
    const cell = this.cells.get(key)
    if (cell === undefined) return undefined
    this.lastKey = key
    this.lastCell = cell
    return cell
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
