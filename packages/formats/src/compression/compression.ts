import { gunzipSync, gzipSync, inflateSync, deflateSync } from 'node:zlib'
import { FormatError } from '../format-error.ts'

export type Compression = 'none' | 'gzip' | 'zlib'

export type Repack = (bytes: Uint8Array) => Uint8Array

/** Undoes a compression; what would become longer than that is given up on the way. */
export function unpacker(
  compression: Exclude<Compression, 'none'>,
  { bytesMax }: { readonly bytesMax: number },
): Repack {
  const unpack = compression === 'gzip' ? gunzipSync : inflateSync
  return (bytes) => {
    try {
      return unpack(bytes, { maxOutputLength: Math.max(1, bytesMax) })
    } catch (error) {
      throw problem(error, { compression, bytesMax })
    }
  }
}

export function packer(compression: Exclude<Compression, 'none'>): Repack {
  return compression === 'gzip' ? (bytes) => gzipSync(bytes) : (bytes) => deflateSync(bytes)
}

function problem(
  error: unknown,
  { compression, bytesMax }: { readonly compression: string; readonly bytesMax: number },
): FormatError {
  if (error instanceof RangeError) {
    const sentence = `It unpacks to more than ${bytesMax} bytes.`
    return new FormatError('FORMAT_LIMIT', sentence, { cause: error })
  }
  const why = error instanceof Error ? `: ${error.message}` : ''
  return new FormatError('FORMAT_DECODE', `It is not ${compression}${why}.`, { cause: error })
}
