import { compress } from 'snappyjs'
import type { Labels } from '../exposition/sample.ts'
import { ByteWriter, fieldBytes, integerBytes } from './byte-writer.ts'

export interface SeriesToWrite {
  readonly name: string
  readonly labels: Labels
  readonly samples: readonly { readonly timeMs: number; readonly value: number }[]
}

/** Wire types of protobuf. */
const varint = 0
const fixed64 = 1
const lengthDelimited = 2

/** A remote write request, version 1: protobuf in a snappy block. */
export function encodeWriteRequest(series: readonly SeriesToWrite[]): Uint8Array {
  const writer = new ByteWriter()
  for (const one of series) writeSeries(writer, one)
  return compress(Uint8Array.from(writer.bytes()))
}

/** Lengths stand before what they are of, so they are counted first. */
function writeSeries(writer: ByteWriter, { name, labels, samples }: SeriesToWrite): void {
  const pairs = sortedLabels(name, labels).map(([label, value]) => {
    const labelBytes = Buffer.byteLength(label)
    const valueBytes = Buffer.byteLength(value)
    const bytes = fieldBytes(labelBytes) + fieldBytes(valueBytes)
    return { label, labelBytes, value, valueBytes, bytes }
  })
  let bytes = 0
  for (const pair of pairs) bytes += fieldBytes(pair.bytes)
  for (const { timeMs } of samples) bytes += fieldBytes(sampleBytes(timeMs))
  writer.tag(1, lengthDelimited)
  writer.varint(bytes)
  for (const pair of pairs) {
    writer.tag(1, lengthDelimited)
    writer.varint(pair.bytes)
    writer.tag(1, lengthDelimited)
    writer.text(pair.label, pair.labelBytes)
    writer.tag(2, lengthDelimited)
    writer.text(pair.value, pair.valueBytes)
  }
  for (const { timeMs, value } of samples) {
    writer.tag(2, lengthDelimited)
    writer.varint(sampleBytes(timeMs))
    writer.tag(1, fixed64)
    writer.double(value)
    writer.tag(2, varint)
    writer.integer(timeMs)
  }
}

/** A double and a time, each with its tag. */
function sampleBytes(timeMs: number): number {
  return 9 + 1 + integerBytes(timeMs)
}

/** Receivers ask for labels in the order of their names' bytes; labels set to nothing are none. */
export function sortedLabels(name: string, labels: Labels): readonly (readonly [string, string])[] {
  const given = Object.entries(labels).filter(([, value]) => value !== '')
  const all: [string, string][] = [['__name__', name], ...given]
  return all.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
}
