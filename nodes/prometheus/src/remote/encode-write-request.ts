import { compress } from 'snappyjs'
import type { Labels } from '../exposition/sample.ts'

export interface SeriesToWrite {
  readonly name: string
  readonly labels: Labels
  readonly samples: readonly { readonly timeMs: number; readonly value: number }[]
}

/** A remote write request, version 1: protobuf in a snappy block. */
export function encodeWriteRequest(series: readonly SeriesToWrite[]): Uint8Array {
  const writer = new ProtobufWriter()
  for (const one of series) writer.message(1, seriesBytes(one))
  return compress(writer.bytes())
}

function seriesBytes({ name, labels, samples }: SeriesToWrite): Uint8Array {
  const writer = new ProtobufWriter()
  for (const [label, value] of sortedLabels(name, labels)) {
    const pair = new ProtobufWriter()
    pair.text(1, label)
    pair.text(2, value)
    writer.message(1, pair.bytes())
  }
  for (const { timeMs, value } of samples) {
    const sample = new ProtobufWriter()
    sample.double(1, value)
    sample.integer(2, timeMs)
    writer.message(2, sample.bytes())
  }
  return writer.bytes()
}

/** Receivers ask for labels in the order of their names' bytes; labels set to nothing are none. */
export function sortedLabels(name: string, labels: Labels): readonly (readonly [string, string])[] {
  const given = Object.entries(labels).filter(([, value]) => value !== '')
  const all: [string, string][] = [['__name__', name], ...given]
  return all.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
}

class ProtobufWriter {
  private readonly parts: number[] = []
  private readonly chunks: Uint8Array[] = []

  text(number: number, text: string): void {
    this.message(number, encoder.encode(text))
  }

  message(number: number, bytes: Uint8Array): void {
    this.varint(number * 8 + 2)
    this.varint(bytes.length)
    this.flush()
    this.chunks.push(bytes)
  }

  double(number: number, value: number): void {
    this.varint(number * 8 + 1)
    this.flush()
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setFloat64(0, value, true)
    this.chunks.push(bytes)
  }

  /** A signed 64-bit integer. */
  integer(number: number, value: number): void {
    this.varint(number * 8)
    if (value >= 0) this.varint(value)
    else this.bigVarint(BigInt.asUintN(64, BigInt(value)))
  }

  bytes(): Uint8Array {
    this.flush()
    const length = this.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    const all = new Uint8Array(length)
    let at = 0
    for (const chunk of this.chunks) {
      all.set(chunk, at)
      at += chunk.length
    }
    return all
  }

  private varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.parts.push((rest % 0x80) + 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.parts.push(rest)
  }

  private bigVarint(value: bigint): void {
    let rest = value
    while (rest >= 0x80n) {
      this.parts.push(Number(rest % 0x80n) + 0x80)
      rest /= 0x80n
    }
    this.parts.push(Number(rest))
  }

  private flush(): void {
    if (this.parts.length === 0) return
    this.chunks.push(Uint8Array.from(this.parts))
    this.parts.length = 0
  }
}

const encoder = new TextEncoder()
