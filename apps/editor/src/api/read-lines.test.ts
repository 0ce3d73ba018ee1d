import { expect, test } from 'vitest'
import { readLines } from './read-lines.ts'

test('hands over each line as soon as all of it has come', async () => {
  const { readable, writable } = new TransformStream<
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>
  >()
  const writer = writable.getWriter()
  const lines: unknown[] = []
  const reading = readLines({ body: readable }, (line) => lines.push(line))
  const bytes = new TextEncoder().encode('{"n":1}\n{"text":"grün"}\n{"n":3}')
  const cut = bytes.indexOf(0xc3) + 1
  await writer.write(bytes.slice(0, cut))
  await expect.poll(() => lines).toEqual([{ n: 1 }])
  await writer.write(bytes.slice(cut))
  await expect.poll(() => lines).toEqual([{ n: 1 }, { text: 'grün' }])
  await writer.close()
  await reading
  expect(lines).toEqual([{ n: 1 }, { text: 'grün' }, { n: 3 }])
})

test('takes an answer without a body for one without lines', async () => {
  const lines: unknown[] = []
  await readLines({ body: null }, (line) => lines.push(line))
  expect(lines).toEqual([])
})
