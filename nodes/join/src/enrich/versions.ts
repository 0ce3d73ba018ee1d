import { NodeError } from '@millrace/sdk'
import type { KeyedState } from '@millrace/sdk'
import type { JoinKey } from '../pairing/join-key.ts'

/** A value and the time from which on it holds; null where there is none from then on. */
export interface Version {
  readonly time: number
  readonly value: unknown
}

/** The versions of one key, the oldest first. */
export interface Row {
  /** Grows with every change of any row. */
  readonly order: number
  readonly versions: readonly Version[]
}

/** Versions of one key that may lie ahead of the watermark. */
const versionsMax = 10_000

export interface VersionBounds {
  readonly keysMax: number
  /** For how long a value counts, in milliseconds; 0 for ever. */
  readonly validForMs: number
}

/** The latest values by key. Where there are too many, the key that was changed longest ago goes. */
export class Versions {
  private readonly stored: KeyedState<Row>
  private readonly bounds: VersionBounds
  /** In the order of the last change. */
  private readonly rows = new Map<JoinKey, Row>()
  private nextOrder = 0

  constructor(stored: KeyedState<Row>, bounds: VersionBounds) {
    this.stored = stored
    this.bounds = bounds
  }

  takeUp(): void {
    const rows = [...this.stored.entries()]
    rows.sort(([, one], [, other]) => one.order - other.order)
    for (const [key, row] of rows) this.rows.set(key, row)
    this.nextOrder = (rows.at(-1)?.[1].order ?? -1) + 1
  }

  /** The value that held at the time, or null. */
  at(key: JoinKey, time: number): unknown {
    const version = this.rows.get(key)?.versions.findLast((one) => one.time <= time)
    if (version === undefined) return null
    const { validForMs } = this.bounds
    return validForMs > 0 && time - version.time > validForMs ? null : version.value
  }

  /** The value holds from its time on; a later one of the same time takes its place. */
  put(key: JoinKey, version: Version, needsFrom: number): void {
    const before = this.rows.get(key)?.versions ?? []
    const versions = pruned(inserted(before, version), needsFrom)
    if (versions.length > versionsMax) {
      throw new NodeError('JOIN_FULL', `One key has ${versionsMax} values ahead of time already.`)
    }
    this.remove(key)
    if (versions.length === 0) return
    const row: Row = { order: this.nextOrder, versions }
    this.nextOrder += 1
    this.rows.set(key, row)
    this.stored.set(key, row)
    this.removeOldest()
  }

  /** All versions of all keys. */
  *all(): Iterable<{ readonly key: JoinKey; readonly time: number }> {
    for (const [key, { versions }] of this.rows) {
      for (const { time } of versions) yield { key, time }
    }
  }

  /** No value will be asked for as of this time or before: lets go of what only held then. */
  prune(key: JoinKey, needsFrom: number): void {
    const row = this.rows.get(key)
    if (row === undefined) return
    const versions = pruned(row.versions, needsFrom)
    if (versions.length === row.versions.length) return
    const kept = { ...row, versions }
    this.rows.set(key, kept)
    this.stored.set(key, kept)
  }

  /** Lets go of the keys that were changed longest ago, as long as their values are too old. */
  expire(now: number): void {
    const { validForMs } = this.bounds
    if (validForMs === 0) return
    for (const [key, { versions }] of this.rows) {
      if (now - (versions.at(-1)?.time ?? now) <= validForMs) return
      this.remove(key)
    }
  }

  private remove(key: JoinKey): void {
    if (this.rows.delete(key)) this.stored.delete(key)
  }

  private removeOldest(): void {
    if (this.rows.size <= this.bounds.keysMax) return
    const [oldest] = this.rows.keys()
    if (oldest !== undefined) this.remove(oldest)
  }
}

function inserted(versions: readonly Version[], version: Version): Version[] {
  const after = versions.findIndex(({ time }) => time > version.time)
  const at = after < 0 ? versions.length : after
  const isSameTime = at > 0 && versions[at - 1]?.time === version.time
  return versions.toSpliced(isSameTime ? at - 1 : at, isSameTime ? 1 : 0, version)
}

/**
 * Leaves out versions that were followed by another one in time. That there is none stays known
 * while an earlier one may yet come.
 */
function pruned(versions: readonly Version[], needsFrom: number): readonly Version[] {
  const kept = versions.slice(
    Math.max(
      0,
      versions.findLastIndex(({ time }) => time <= needsFrom),
    ),
  )
  return needsFrom === Infinity && kept[0]?.value === null ? [] : kept
}
