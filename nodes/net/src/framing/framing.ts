import { NodeError } from '@millrace/sdk'

/** How messages are told apart in a stream of bytes. */
export type Framing =
  | { readonly kind: 'delimiter'; readonly delimiter: Buffer; readonly isLine: boolean }
  | {
      readonly kind: 'length'
      readonly prefixBytes: 1 | 2 | 4
      readonly isLittleEndian: boolean
      /** The number counts itself too. */
      readonly countsItself: boolean
    }
  | { readonly kind: 'fixed'; readonly frameBytes: number }
  /** Until the connection ends. */
  | { readonly kind: 'whole' }

/** What the fields of `framingFields` say. */
export interface FramingConfig {
  readonly framing: 'line' | 'delimiter' | 'length' | 'fixed' | 'whole'
  readonly delimiter: string
  readonly prefixBytes: '1' | '2' | '4'
  readonly byteOrder: 'big' | 'little'
  readonly countsItself: boolean
  readonly frameBytes: number
}

export function framingOf(config: FramingConfig): Framing {
  switch (config.framing) {
    case 'line':
      return { kind: 'delimiter', delimiter: Buffer.of(lineFeed), isLine: true }
    case 'delimiter':
      return { kind: 'delimiter', delimiter: unescaped(config.delimiter), isLine: false }
    case 'length':
      return {
        kind: 'length',
        // One of the three options.
        prefixBytes: Number(config.prefixBytes) as 1 | 2 | 4,
        isLittleEndian: config.byteOrder === 'little',
        countsItself: config.countsItself,
      }
    case 'fixed':
      return { kind: 'fixed', frameBytes: config.frameBytes }
    case 'whole':
      return { kind: 'whole' }
  }
}

const lineFeed = 0x0a

/** Text in which `\n`, `\r`, `\t`, `\0`, `\\` and `\x1f` stand for what they do in most languages. */
export function unescaped(text: string): Buffer {
  const plain = text.replace(
    /\\(x[0-9a-fA-F]{2}|[\s\S])/g,
    (_whole, code: string) =>
      escapes.get(code) ??
      (code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : code),
  )
  // What was written as \xff is that byte, and no character of UTF-8.
  const isBytes = /\\x[89a-fA-F]/.test(text)
  const bytes = Buffer.from(plain, isBytes ? 'latin1' : 'utf8')
  if (bytes.length === 0) throw new NodeError('NET_DELIMITER', 'Set what stands between messages.')
  return bytes
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['0', '\0'],
])
