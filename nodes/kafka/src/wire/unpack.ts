import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { compressionsAlgorithmsByBitmask } from '@platformatic/kafka'

/** No batch unpacks to more: a few bytes at the head of a partition must not end the process. */
export const unpackedBytesMax = 134_217_728

/** As the attributes of a batch number them. */
const [gzip, zstd] = [1, 4]

/** The records of a batch. Throws for what cannot be unpacked, or to more than so many bytes. */
export function unpack(bytes: Buffer, compression: number, bytesMax = unpackedBytesMax): Buffer {
  if (compression === 0) return bytes
  // The other ones make no more than a few hundred bytes out of one.
  if (compression === gzip) return bounded(gunzipSync, bytes, bytesMax)
  if (compression === zstd) return bounded(zstdDecompressSync, bytes, bytesMax)
  const algorithm = compressionsAlgorithmsByBitmask[compression]
  if (algorithm === undefined) throw new Error(`compression ${compression} is not known`)
  return algorithm.decompressSync(bytes)
}

function bounded(
  run: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer,
  bytes: Buffer,
  maxOutputLength: number,
): Buffer {
  try {
    return run(bytes, { maxOutputLength })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Error(`it unpacks to more than ${maxOutputLength} bytes`, { cause: error })
  }
}
