import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frameWriter } from './frame-writer.ts'
import { framingOf, unescaped } from './framing.ts'
import type { FramingConfig } from './framing.ts'
import { openSplitter } from './splitter.ts'

const usual: FramingConfig = {
  framing: 'line',
  delimiter: '\\r\\n',
  prefixBytes: '2',
  byteOrder: 'big',
  countsItself: false,
  frameBytes: 3,
}

function splitting(config: Partial<FramingConfig>, max = 100) {
  const frames: string[] = []
  const refused: string[] = []
  const splitter = openSplitter(framingOf({ ...usual, ...config }), max, {
    onFrame: (frame) => frames.push(Buffer.from(frame).toString('latin1')),
    onRefused: (start, why) => refused.push(`${why}: ${Buffer.from(start).toString('latin1')}`),
  })
  const push = (...parts: string[]) => {
    for (const part of parts) splitter.push(Buffer.from(part, 'latin1'))
  }
  return { splitter, frames, refused, push }
}

test('takes lines apart wherever they are cut, and the last one without an end', () => {
  const { splitter, frames, push } = splitting({})
  push('a\r', '\nb\n\nc', 'd')
  expect(frames).toEqual(['a', 'b', ''])
  splitter.end(true)
  expect(frames).toEqual(['a', 'b', '', 'cd'])
})

test('finds a delimiter of several bytes that comes in pieces', () => {
  const { frames, push } = splitting({ framing: 'delimiter', delimiter: '\\r\\n;' })
  push('a\r', '\n', ';b\r\n\r\n;')
  expect(frames).toEqual(['a', 'b\r\n'])
})

test('counts in either byte order, and itself too', () => {
  const big = splitting({ framing: 'length' })
  big.push('\0', '\x02a', 'b\0\0\0\x01c')
  expect(big.frames).toEqual(['ab', '', 'c'])
  const little = splitting({ framing: 'length', byteOrder: 'little', countsItself: true })
  little.push('\x04\0ab\x02\0\x01\0')
  expect(little.frames).toEqual(['ab', '', ''])
})

test('takes pieces of a fixed length, and a whole connection', () => {
  const fixed = splitting({ framing: 'fixed' })
  fixed.push('ab', 'cdefg')
  fixed.splitter.end(true)
  expect([fixed.frames, fixed.refused]).toEqual([['abc', 'def'], ['cut-off: g']])
  const whole = splitting({ framing: 'whole' })
  whole.push('ab', 'cd')
  whole.splitter.end(true)
  expect(whole.frames).toEqual(['abcd'])
})

test.each([
  ['line', ['x'.repeat(11), 'x'.repeat(50), 'x\nok\n']],
  ['line', [`${'x'.repeat(11)}\nok\n`]],
  ['length', [`\0\x20${'x'.repeat(20)}`, `${'x'.repeat(12)}\0\x02ok`]],
] as const)('goes on behind a message that is too long: %s', (framing, parts) => {
  const { frames, refused, push } = splitting({ framing }, 10)
  push(...parts)
  expect(frames).toEqual(['ok'])
  expect(refused).toHaveLength(1)
  expect(refused[0]).toMatch(/^too-long/)
})

test('refuses what is cut off by a broken connection', () => {
  for (const framing of ['line', 'length', 'whole'] as const) {
    const { splitter, frames, refused, push } = splitting({ framing })
    push('\0\x05abc')
    splitter.end(false)
    expect([frames, refused]).toEqual([[], ['cut-off: \0\x05abc']])
  }
})

test('gives back what was written, however the stream is cut', () => {
  const frame = fc.uint8Array({ maxLength: 40 })
  const config = fc.constantFrom<Partial<FramingConfig>>(
    { framing: 'delimiter', delimiter: '\\x00\\xff\\x00' },
    { framing: 'length', prefixBytes: '1' },
    { framing: 'length', prefixBytes: '4', byteOrder: 'little', countsItself: true },
  )
  fc.assert(
    fc.property(
      config,
      fc.array(frame),
      fc.array(fc.integer({ min: 1, max: 9 })),
      (c, given, cuts) => {
        const framing = framingOf({ ...usual, ...c })
        const write = frameWriter(framing)
        const sent = given.filter((each) => fits(() => write(each)))
        const stream = Buffer.concat(sent.map(write))
        const got: number[][] = []
        const splitter = openSplitter(framing, 1000, {
          onFrame: (each) => got.push([...each]),
          onRefused: () => got.push([-1]),
        })
        for (let at = 0, n = 0; at < stream.length; n += 1) {
          const step = cuts.length === 0 ? stream.length : (cuts[n % cuts.length] ?? 1)
          splitter.push(stream.subarray(at, at + step))
          at += step
        }
        splitter.end(true)
        expect(got).toEqual(sent.map((each) => [...each]))
      },
    ),
  )
})

function fits(write: () => unknown): boolean {
  try {
    write()
    return true
  } catch {
    return false
  }
}

test('refuses to write what would be read as something else', () => {
  const write = (config: Partial<FramingConfig>, text: string) => () =>
    frameWriter(framingOf({ ...usual, ...config }))(Buffer.from(text))
  expect(write({}, 'a\nb')).toThrow(/line break/)
  expect(write({ framing: 'fixed' }, 'ab')).toThrow(/has 2 bytes/)
  expect(write({ framing: 'length', prefixBytes: '1' }, 'x'.repeat(256))).toThrow(/can count/)
})

test('reads escapes', () => {
  expect([...unescaped('\\x03\\t\\\\;\\0')]).toEqual([3, 9, 92, 59, 0])
  expect([...unescaped('\\xff')]).toEqual([255])
  expect([...unescaped('ü')]).toEqual([195, 188])
  expect(() => unescaped('')).toThrow(/between messages/)
})
