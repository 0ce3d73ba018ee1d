/** Bytes written as hexadecimal digits, with spaces wherever they help. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'))
}
