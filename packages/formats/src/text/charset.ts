import { FormatError } from '../format-error.ts'
import { asBuffer } from '../json/json-text.ts'

/** How text stands in bytes. */
export type Charset =
  | 'utf-8'
  | 'utf-16le'
  | 'utf-16be'
  | 'iso-8859-1'
  | 'iso-8859-15'
  | 'windows-1250'
  | 'windows-1251'
  | 'windows-1252'
  | 'shift_jis'
  | 'gb18030'
  | 'euc-kr'
  | 'big5'

export type DecodeText = (bytes: Uint8Array) => string
/** UTF-8 is left to whoever sends the text. */
export type EncodeText = (text: string) => string | Uint8Array

/** A byte order mark is taken off; bytes that mean nothing become U+FFFD. */
export function textDecoder(charset: Charset): DecodeText {
  if (charset === 'utf-8') return utf8Text
  // What the platform calls ISO 8859-1 is Windows 1252.
  if (charset === 'iso-8859-1') return (bytes) => asBuffer(bytes).toString('latin1')
  const decoder = new TextDecoder(charset)
  return (bytes) => decoder.decode(bytes)
}

export function utf8Text(bytes: Uint8Array): string {
  const text = asBuffer(bytes).toString('utf8')
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text
}

const byteOrderMark = 0xfeff

/** Throws for characters that the charset does not have. */
export function textEncoder(charset: Charset): EncodeText {
  switch (charset) {
    case 'utf-8':
      return (text) => text
    case 'utf-16le':
      return (text) => Buffer.from(text, 'utf16le')
    case 'utf-16be':
      return (text) => Buffer.from(text, 'utf16le').swap16()
    case 'iso-8859-15':
    case 'iso-8859-1':
    case 'windows-1250':
    case 'windows-1251':
    case 'windows-1252':
      return tableEncoder(charset, tableOf(singleBytes(), charset))
    default:
      return tableEncoder(charset, tableOf(doubleBytes(), charset))
  }
}

type Table = ReadonlyMap<string, readonly number[]>

function tableEncoder(charset: Charset, table: Table): EncodeText {
  return (text) => {
    const bytes: number[] = []
    let at = 0
    for (const character of text) {
      const found = table.get(character)
      if (found === undefined) throw missing(charset, character, text.slice(0, at))
      bytes.push(...found)
      at += character.length
    }
    return Uint8Array.from(bytes)
  }
}

function missing(charset: Charset, character: string, before: string): FormatError {
  const line = before.split('\n').length
  const column = before.length - before.lastIndexOf('\n')
  const sentence = `the character "${character}" does not exist in ${charset}.`
  return new FormatError('FORMAT_ENCODE', sentence, { line, column })
}

/**
 * What each sequence of bytes means, the other way round; the platform has decoders only. All are
 * decoded in one go, with line ends between them.
 */
function tableOf(sequences: readonly (readonly number[])[], charset: Charset): Table {
  const between = 0x0a
  const text = textDecoder(charset)(Uint8Array.from(sequences.flatMap((one) => [...one, between])))
  const table = new Map<string, readonly number[]>([['\n', [between]]])
  for (const [index, character] of text.split('\n').entries()) {
    const sequence = sequences[index]
    const isNew = character !== '\ufffd' && isOne(character) && !table.has(character)
    if (isNew && sequence !== undefined) table.set(character, sequence)
  }
  return table
}

/** Whether it is one character, also where that takes two units of UTF-16. */
function isOne(text: string): boolean {
  return text !== '' && text.length === String.fromCodePoint(text.codePointAt(0) ?? 0).length
}

function singleBytes(): readonly (readonly number[])[] {
  return Array.from({ length: 256 }, (_, byte) => [byte]).filter(([byte]) => byte !== 0x0a)
}

function doubleBytes(): readonly (readonly number[])[] {
  const sequences = [...singleBytes()]
  for (let lead = 0x81; lead < 255; lead += 1) {
    for (let trail = 0x30; trail < 255; trail += 1) sequences.push([lead, trail])
  }
  return sequences
}
