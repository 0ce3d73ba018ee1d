import { asBuffer } from '../json/json-text.ts'
import { utf8Text } from '../text/charset.ts'
import { FormatError } from '../format-error.ts'

/** The text of a document in the charset that it declares; UTF-8 where it declares none. */
export function xmlText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const head = asBuffer(bytes).toString('latin1', 0, Math.min(200, bytes.length))
  const declared = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]{1,40})["']/.exec(head)?.[1]
  if (declared === undefined || /^utf-?8$/i.test(declared)) return utf8Text(bytes)
  try {
    return new TextDecoder(declared).decode(bytes)
  } catch (error) {
    const sentence = `it is encoded as "${declared}", which is not known.`
    throw new FormatError('FORMAT_DECODE', sentence, { line: 1, cause: error })
  }
}
