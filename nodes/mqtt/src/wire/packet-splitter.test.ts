import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PacketSplitter } from './packet-splitter.ts'

function packet(type: number, body: Buffer): Buffer {
  const length: number[] = []
  for (let rest = body.length; length.length === 0 || rest > 0; rest >>= 7) {
    length.push((rest & 127) | (rest > 127 ? 128 : 0))
  }
  return Buffer.concat([Buffer.from([type << 4, ...length]), body])
}

function split(chunks: readonly Buffer[], packetBytesMax = 100_000): string[] {
  const seen: string[] = []
  const splitter = new PacketSplitter((bytes, start, body, end) => {
    seen.push(`${bytes[start]}:${bytes.toString('hex', body, end)}`)
  }, packetBytesMax)
  for (const chunk of chunks) splitter.feed(chunk)
  return seen
}

test('gives the same packets however they are cut into chunks', () => {
  const bodies = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constant(new Uint8Array(127)),
      fc.constant(new Uint8Array(128)),
      fc.constant(new Uint8Array(20_000)),
    ),
    { maxLength: 12 },
  )
  const cuts = fc.array(fc.nat(25_000), { maxLength: 40 })
  fc.assert(
    fc.property(bodies, cuts, (given, sizes) => {
      const packets = given.map((body, at) => packet((at % 14) + 1, Buffer.from(body)))
      const all = Buffer.concat(packets)
      const chunks: Buffer[] = []
      let start = 0
      for (const size of [...sizes, 1, 1, all.length]) {
        chunks.push(all.subarray(start, start + size))
        start += size
      }
      const expected = given.map((body, at) => {
        return `${((at % 14) + 1) << 4}:${Buffer.from(body).toString('hex')}`
      })
      expect(split(chunks)).toEqual(expected)
    }),
  )
})

test('takes one byte at a time', () => {
  const bytes = packet(3, Buffer.alloc(200, 7))
  const single = Array.from(bytes, (byte) => Buffer.from([byte]))
  expect(split([...single, ...single])).toHaveLength(2)
})

test.each([
  ['at once', [Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1])]],
  ['in pieces', [Buffer.from([0x30, 0xff]), Buffer.from([0xff, 0xff, 0xff])]],
])('refuses a length of more than four bytes that comes %s', (_how, chunks) => {
  expect(() => split(chunks)).toThrow('more than 4 bytes')
})

test.each([
  ['at once', [Buffer.from([0x30, 0xe9, 0x07])]],
  ['in pieces', [Buffer.from([0x30]), Buffer.from([0xe9, 0x07])]],
])('refuses a packet that is too long before it has come, announced %s', (_how, chunks) => {
  expect(() => split(chunks, 1000)).toThrow('1004 bytes exceeds the longest allowed, 1000')
})
