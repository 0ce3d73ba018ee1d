import type { KeyedState, State } from '@millrace/sdk'
import type { AddressedRecord } from './addressed-record.ts'
import { RecordBox, unpackRecords } from './record-box.ts'

/** What one epoch gave to be written. Its number is noted at the broker with what was written. */
interface Entry {
  number: number
  records: readonly AddressedRecord[]
  keys: readonly string[]
  bytes: number
  /** Whether an epoch that has it is on disk; before that it must not be written. */
  isStored: boolean
}

/** What is to be written in one transaction. */
export interface Consignment {
  /** Of the last entry that is in it. */
  readonly number: number
  readonly records: readonly AddressedRecord[]
}

/** Stored in pieces of so many bytes. */
const pieceBytes = 1_048_576
/** Entries go together up to so many bytes. */
const consignmentBytes = 33_554_432

/**
 * Records on their way to Kafka as part of the node's state: those of each epoch are stored with it,
 * and go once they are written. What was not written before a crash is found here after it.
 */
export class Outbox {
  private readonly pieces: KeyedState<Uint8Array>
  private readonly numbers: KeyedState<number>
  private entries: Entry[]
  private fresh: AddressedRecord[] = []
  /** The same, packed: those that are full, and the one that is being filled. */
  private full: Uint8Array[] = []
  private box: RecordBox | undefined
  private freshBytes = 0
  private entryBytes = 0

  constructor(state: State) {
    this.pieces = state.map('outbox')
    this.numbers = state.map('outbox-number')
    this.entries = this.restore()
    for (const { bytes } of this.entries) this.entryBytes += bytes
  }

  /** Bytes that wait to be written, roughly. */
  get bytes(): number {
    return this.freshBytes + this.entryBytes
  }

  get count(): number {
    return this.entries.reduce((sum, { records }) => sum + records.length, this.fresh.length)
  }

  get isEmpty(): boolean {
    return this.entries.length === 0 && this.fresh.length === 0
  }

  add(record: AddressedRecord): void {
    this.fresh.push(record)
    this.freshBytes += record.size
    this.box ??= new RecordBox()
    this.box.add(record)
    if (this.box.bytes >= pieceBytes) this.closeBox()
  }

  /** An epoch ends: what came since the last one is part of it. */
  seal(): void {
    if (this.fresh.length === 0) return
    const number = this.last + 1
    this.closeBox()
    const keys = this.full.map((piece, at) => this.keepPiece(number, at, piece))
    this.full = []
    this.numbers.set('last', number)
    const { fresh: records, freshBytes: bytes } = this
    this.entries.push({ number, records, keys, bytes, isStored: false })
    this.entryBytes += bytes
    this.fresh = []
    this.freshBytes = 0
  }

  /** All that was sealed is on disk. */
  stored(): void {
    for (const entry of this.entries) entry.isStored = true
  }

  /** What is to be written next, in order; undefined where there is nothing. */
  next(): Consignment | undefined {
    const records: AddressedRecord[] = []
    let bytes = 0
    let number: number | undefined
    for (const entry of this.entries) {
      if (!entry.isStored || (number !== undefined && bytes + entry.bytes > consignmentBytes)) break
      for (const record of entry.records) records.push(record)
      bytes += entry.bytes
      number = entry.number
    }
    return number === undefined ? undefined : { number, records }
  }

  /** All entries up to this one are written. */
  written(upTo: number): void {
    while (this.entries[0] !== undefined && this.entries[0].number <= upTo) {
      const [{ keys, bytes }] = this.entries as [Entry]
      for (const key of keys) this.pieces.delete(key)
      this.entryBytes -= bytes
      this.entries.shift()
    }
  }

  /** These will never be written. */
  drop(refused: ReadonlySet<AddressedRecord>): void {
    for (const entry of this.entries) {
      const dropped = entry.records.filter((record) => refused.has(record))
      if (dropped.length === 0) continue
      entry.records = entry.records.filter((record) => !refused.has(record))
      const bytes = dropped.reduce((sum, { size }) => sum + size, 0)
      entry.bytes -= bytes
      this.entryBytes -= bytes
    }
  }

  /**
   * The broker has noted this number as written. To be called before anything is sealed. Gives false
   * where it knows of more than this state does, which then is older than what was written.
   */
  agree(noted: number): boolean {
    this.written(noted)
    if (noted <= this.last) return true
    this.numbers.set('last', noted)
    return false
  }

  /**
   * Somebody else notes numbers in this one's place. They say nothing of what is here, which is
   * numbered on after them, and written once an epoch has stored that.
   */
  renumber(noted: number): void {
    const old = this.entries.map(({ keys }) => keys.map((key) => this.takePiece(key)))
    let number = Math.max(noted, this.last)
    for (const [at, entry] of this.entries.entries()) {
      number += 1
      entry.number = number
      entry.isStored = false
      entry.keys = (old[at] ?? []).map((piece, part) => this.keepPiece(number, part, piece))
    }
    this.numbers.set('last', number)
  }

  private takePiece(key: string): Uint8Array {
    const piece = this.pieces.get(key) ?? nothing
    this.pieces.delete(key)
    return piece
  }

  private keepPiece(number: number, at: number, piece: Uint8Array): string {
    const key = `${number}/${at}`
    this.pieces.set(key, piece)
    return key
  }

  private closeBox(): void {
    if (this.box !== undefined) this.full.push(this.box.pack())
    this.box = undefined
  }

  private get last(): number {
    return this.numbers.get('last') ?? 0
  }

  private restore(): Entry[] {
    const byNumber = Map.groupBy(this.pieces.keys(), (key) => Number(String(key).split('/')[0]))
    const numbers = [...byNumber.keys()].toSorted((one, other) => one - other)
    return numbers.map((number) => {
      const keys = (byNumber.get(number) ?? []).map(String).toSorted(byPiece)
      const records = keys.flatMap((key) => unpackRecords(this.pieces.get(key) ?? nothing))
      const bytes = records.reduce((sum, { size }) => sum + size, 0)
      return { number, records, keys, bytes, isStored: true }
    })
  }
}

const nothing = new RecordBox().pack()

function byPiece(one: string, other: string): number {
  return Number(one.split('/')[1]) - Number(other.split('/')[1])
}
