export type BinaryFieldType =
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint24'
  | 'int24'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'bit'
  | 'text'
  | 'bytes'

/** Where a value stands in bytes, and what it means there. */
export interface BinaryField {
  readonly name: string
  /** Of its first byte, counted from 0. */
  readonly offset: number
  readonly type: BinaryFieldType
  readonly endian: 'big' | 'little'
  /** In bytes, of text and bytes. */
  readonly length: number
  /** Counted from 0, the lowest. */
  readonly bit: number
  /** The value is what stands in the bytes times `scale` plus `add`. */
  readonly scale: number
  readonly add: number
}

export interface BinaryLayout {
  readonly fields: readonly BinaryField[]
  /** Bytes of a record where a payload holds several; 0 where it is one record, however long. */
  readonly recordBytes: number
}

export function bytesOf({ type, length }: BinaryField): number {
  return sizes[type] ?? length
}

const sizes: Readonly<Partial<Record<BinaryFieldType, number>>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint24: 3,
  int24: 3,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float32: 4,
  float64: 8,
  bit: 1,
}
