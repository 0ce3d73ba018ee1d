import { NodeError } from '@millrace/sdk'
import type { Labels } from '../exposition/sample.ts'
import { BadBytes, ProtobufReader } from './protobuf-reader.ts'
import { BadSnappy, unpackSnappy } from './unpack-snappy.ts'

/** A value of a series; a stale one says that the series is no longer there. */
export interface RemoteSample {
  readonly timeMs: number
  readonly value: number
  readonly isStale: boolean
}

export interface RemoteSeries {
  readonly name: string
  /** Without the name. */
  readonly labels: Labels
  readonly samples: readonly RemoteSample[]
}

export interface WriteRequest {
  readonly series: readonly RemoteSeries[]
  /** Series that were left out, and what is wrong with the first of them. */
  readonly refused: number
  readonly refusal: string | undefined
  /** Native histograms, which are left out. */
  readonly nativeHistograms: number
}

/**
 * Decodes a remote write request, version 1: protobuf in a snappy block. Throws
 * `PROMETHEUS_BAD_REQUEST` for what is none.
 */
export function decodeWriteRequest(body: Uint8Array, unpackedBytesMax: number): WriteRequest {
  const bytes = unpacked(body, unpackedBytesMax)
  try {
    return readRequest(new ProtobufReader(bytes))
  } catch (error) {
    const why = error instanceof BadBytes ? error.message : 'text in it is not UTF-8'
    throw badRequest(`It is no remote write request of version 1: ${why}.`, error)
  }
}

function unpacked(body: Uint8Array, bytesMax: number): Uint8Array {
  try {
    return unpackSnappy(body, bytesMax)
  } catch (error) {
    throw error instanceof BadSnappy ? badRequest(error.message, error) : error
  }
}

function badRequest(text: string, cause: unknown): NodeError {
  return new NodeError('PROMETHEUS_BAD_REQUEST', text, { cause })
}

function readRequest(reader: ProtobufReader): WriteRequest {
  const series: RemoteSeries[] = []
  let refused = 0
  let refusal: string | undefined
  let nativeHistograms = 0
  for (let field = reader.field(); field !== undefined; field = reader.field()) {
    if (field.number !== 1 || field.wire !== 2) {
      reader.skip(field.wire)
      continue
    }
    const read = readSeries(reader.message())
    nativeHistograms += read.nativeHistograms
    const problem = problemOf(read.pairs)
    if (problem === undefined) series.push(seriesOf(read))
    else {
      refused += 1
      refusal ??= problem
    }
  }
  return { series, refused, refusal, nativeHistograms }
}

interface ReadSeries {
  readonly pairs: readonly (readonly [string, string])[]
  readonly samples: readonly RemoteSample[]
  readonly nativeHistograms: number
}

function readSeries(reader: ProtobufReader): ReadSeries {
  const pairs: (readonly [string, string])[] = []
  const samples: RemoteSample[] = []
  let nativeHistograms = 0
  for (let field = reader.field(); field !== undefined; field = reader.field()) {
    if (field.number === 1 && field.wire === 2) pairs.push(readLabel(reader.message()))
    else if (field.number === 2 && field.wire === 2) samples.push(readSample(reader.message()))
    else {
      if (field.number === 4) nativeHistograms += 1
      reader.skip(field.wire)
    }
  }
  return { pairs, samples, nativeHistograms }
}

function readLabel(reader: ProtobufReader): readonly [string, string] {
  let name = ''
  let value = ''
  for (let field = reader.field(); field !== undefined; field = reader.field()) {
    if (field.number === 1 && field.wire === 2) name = reader.text()
    else if (field.number === 2 && field.wire === 2) value = reader.text()
    else reader.skip(field.wire)
  }
  return [name, value]
}

function readSample(reader: ProtobufReader): RemoteSample {
  let value = 0
  let isStale = false
  let timeMs = 0
  for (let field = reader.field(); field !== undefined; field = reader.field()) {
    if (field.number === 1 && field.wire === 1) {
      const bits = reader.doubleBits()
      value = bits.value
      isStale = bits.high === staleHigh && bits.low === staleLow
    } else if (field.number === 2 && field.wire === 0) timeMs = reader.integer()
    else reader.skip(field.wire)
  }
  return { timeMs, value, isStale }
}

/** The one NaN by which Prometheus marks the end of a series: 0x7ff0000000000002. */
const staleHigh = 0x7ff00000
const staleLow = 0x00000002

function problemOf(pairs: ReadSeries['pairs']): string | undefined {
  const seen = new Set<string>()
  for (const [name, value] of pairs) {
    if (name === '') return 'a series has a label without a name'
    if (seen.has(name)) return `a series has the label "${name.slice(0, 100)}" twice`
    if (value !== '' || name === '__name__') seen.add(name)
  }
  return seen.has('__name__') ? undefined : 'a series has no name (label __name__)'
}

function seriesOf({ pairs, samples }: ReadSeries): RemoteSeries {
  const name = pairs.find(([label]) => label === '__name__')?.[1] ?? ''
  const labels = pairs.filter(([label]) => label !== '__name__')
  // Defines each name as a property of its own, whatever it is called.
  return { name, labels: Object.fromEntries(labels), samples }
}
