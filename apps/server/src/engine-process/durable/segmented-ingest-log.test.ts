import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { type LogFile, type LogFiles, realLogFiles } from './log-files.ts'
import { type IngestLogOptions, SegmentedIngestLog } from './segmented-ingest-log.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-log-'))
  folders.push(folder)
  return folder
}

function handClock() {
  let nowMs = 1_000_000
  return {
    now: () => nowMs,
    monotonic: () => nowMs,
    advance: (ms: number) => void (nowMs += ms),
  }
}

function open(folder: string, options: Partial<IngestLogOptions> = {}) {
  const time = handClock()
  const schedule = (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, Math.min(delayMs, 1))
    return { cancel: () => clearTimeout(timer) }
  }
  const log = new SegmentedIngestLog({ folder, clock: time, schedule, ...options })
  const take = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      log.append(Buffer.from(text), time.now(), (error) =>
        error === undefined ? resolve() : reject(new Error('not safe', { cause: error })),
      )
    })
  return { log, time, take, texts: (after = 0, limit = 1_000) => texts(log, after, limit) }
}

function texts(log: SegmentedIngestLog, after = 0, limit = 1_000): readonly string[] {
  return log.read(after, limit).map(({ bytes }) => Buffer.from(bytes).toString())
}

test('gives back what was appended, in order, before and after it is on disk and after a restart', async () => {
  const folder = newFolder()
  const { log, take, texts: read } = open(folder)
  const taken = ['a', '', 'c'.repeat(300_000)].map(take)
  expect(log.last).toBe(3)
  expect(read()).toEqual(['a', '', 'c'.repeat(300_000)])
  await Promise.all(taken)
  expect(read(1)).toEqual(['', 'c'.repeat(300_000)])
  void take('d')
  expect(read(2).map((text) => text[0])).toEqual(['c', 'd'])
  await log.close()
  const again = open(folder)
  expect(again.log.last).toBe(4)
  expect(again.texts(3)).toEqual(['d'])
  expect(again.log.read(0, 1)).toMatchObject([{ position: 1, takenAt: 1_000_000 }])
  await again.log.close()
})

test('calls back in the order of appending', async () => {
  const { log } = open(newFolder())
  const order: number[] = []
  for (let number = 0; number < 500; number += 1) {
    log.append(Buffer.from('x'), 0, () => void order.push(number))
    // oxlint-disable-next-line no-await-in-loop -- spreads the records over several groups
    if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await log.close()
  expect(order).toEqual(Array.from({ length: 500 }, (_, index) => index))
})

test('waits a little for more to write, but not where a sender waits', async () => {
  const delaysMs: number[] = []
  const schedule = (delayMs: number, run: () => void) => {
    delaysMs.push(delayMs)
    const immediate = setImmediate(run)
    return { cancel: () => clearImmediate(immediate) }
  }
  const { log, time, take } = open(newFolder(), { schedule, limits: { groupMs: 4 } })
  await take('the first')
  time.advance(1)
  await take('the second')
  expect(delaysMs).toEqual([0, 3])
  const order: string[] = []
  log.append(Buffer.from('c'), 0, () => void order.push('third'))
  await new Promise<void>((resolve) => {
    log.append(Buffer.from('d'), 0, () => (order.push('awaited'), resolve()), true)
  })
  expect(order).toEqual(['third', 'awaited'])
  expect(delaysMs).toEqual([0, 3, 0])
  await take('another')
  expect(delaysMs.at(-1)).toBe(4)
  await log.close()
})

test('reads in parts over many segments without going over a record twice', async () => {
  const folder = newFolder()
  const { log, take } = open(folder, { limits: { segmentBytes: 200 } })
  const wanted: string[] = []
  for (let number = 0; number < 40; number += 1) {
    wanted.push(`record ${number}`)
    // oxlint-disable-next-line no-await-in-loop -- a group each, so that segments fill up
    await take(`record ${number}`)
  }
  expect(readdirSync(folder).length).toBeGreaterThan(5)
  await log.close()
  const again = open(folder)
  const got: string[] = []
  for (let after = 0; ;) {
    const records = again.log.read(after, 7)
    if (records.length === 0) break
    got.push(...records.map(({ bytes }) => Buffer.from(bytes).toString()))
    after = records.at(-1)?.position ?? after
  }
  expect(got).toEqual(wanted)
  await again.log.close()
})

async function written(values: readonly string[]): Promise<{ folder: string; path: string }> {
  const folder = newFolder()
  const { log, take } = open(folder)
  await Promise.all(values.map(take))
  await log.close()
  return { folder, path: join(folder, readdirSync(folder)[0] ?? '') }
}

test('cuts off a record that was torn at any of its bytes, and goes on behind the one before', async () => {
  const { folder, path } = await written(['one', 'two', 'the last of them'])
  const whole = readFileSync(path)
  const lastBytes = 28 + 'the last of them'.length
  const problems: string[] = []
  for (let kept = whole.length - lastBytes; kept < whole.length; kept += 1) {
    writeFileSync(path, whole.subarray(0, kept))
    const { log, take, texts: read } = open(folder, { onDamage: (text) => problems.push(text) })
    expect(read()).toEqual(['one', 'two'])
    expect(log.last).toBe(2)
    const taken = take('new')
    // oxlint-disable-next-line no-await-in-loop -- one disk
    await log.close()
    // oxlint-disable-next-line no-await-in-loop
    await taken
    const again = open(folder)
    expect(again.texts()).toEqual(['one', 'two', 'new'])
    // oxlint-disable-next-line no-await-in-loop
    await again.log.close()
  }
  expect(problems).toEqual([])
})

test('loses only the record in which a bit flipped, and says so', async () => {
  const { folder, path } = await written(['one', 'two', 'three'])
  const whole = readFileSync(path)
  const secondAt = 28 + 3
  for (let at = secondAt; at < secondAt + 28 + 3; at += 1) {
    const flipped = Buffer.from(whole)
    flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at)
    writeFileSync(path, flipped)
    const problems: string[] = []
    const { log, texts: read } = open(folder, { onDamage: (text) => problems.push(text) })
    expect([at, read()]).toEqual([at, ['one', 'three']])
    expect(log.last).toBe(3)
    expect(problems[0]).toContain('31 bytes')
    // oxlint-disable-next-line no-await-in-loop -- one disk
    await log.close()
  }
})

test('takes over positions that an epoch knows of', async () => {
  const { folder, path } = await written(['one', 'two'])
  writeFileSync(path, readFileSync(path).subarray(0, 40))
  const { log, take } = open(folder)
  log.release(2)
  const taken = take('three')
  expect(log.last).toBe(3)
  await log.close()
  await taken
  const again = open(folder)
  expect(again.log.read(0, 9).map(({ position }) => position)).toEqual([1, 3])
  await again.log.close()
})

test('keeps released records for so long and so many bytes, and others for ever', async () => {
  const folder = newFolder()
  const limits = { segmentBytes: 1, keepMs: 1_000, keepBytes: 150 }
  const { log, time, take, texts: read } = open(folder, { limits })
  // Each takes a segment of 30 bytes.
  for (const text of ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10']) {
    // oxlint-disable-next-line no-await-in-loop -- a segment each
    await take(text)
  }
  time.advance(5_000)
  log.release(0)
  expect(read()).toHaveLength(10)
  time.advance(-5_000 + 10)
  log.release(8)
  expect(read()[0]).toBe('04')
  expect(log.bytes).toBe(7 * 30)
  time.advance(5_000)
  log.release(9)
  expect(read()).toEqual(['10'])
  await log.close()
})

test('is full at its bound until the flow has dealt with some of it', async () => {
  const limits = { segmentBytes: 1, bytesMax: 90, keepBytes: 0 }
  const { log, take } = open(newFolder(), { limits })
  for (const text of ['01', '02', '03']) {
    expect(log.isFull).toBe(false)
    // oxlint-disable-next-line no-await-in-loop -- a segment each
    await take(text)
  }
  expect(log.isFull).toBe(true)
  log.release(2)
  expect(log.isFull).toBe(false)
  await log.close()
})

/** Files on a disk of bounded size; a write that does not fit is done in part and fails. */
function smallDisk() {
  const disk = { room: Infinity, writes: 0 }
  const spend = (bytes: Uint8Array): number => {
    disk.writes += 1
    const fits = Math.min(bytes.length, disk.room)
    disk.room -= fits
    return fits
  }
  const full = () => Object.assign(new Error('no space'), { code: 'ENOSPC' })
  const wrap = (file: LogFile): LogFile => ({
    size: () => file.size(),
    read: (into, at) => file.read(into, at),
    write: async (bytes, at) => {
      const fits = spend(bytes)
      await file.write(bytes.subarray(0, fits), at)
      if (fits < bytes.length) throw full()
    },
    writeNow: (bytes, at) => {
      const fits = spend(bytes)
      file.writeNow(bytes.subarray(0, fits), at)
      if (fits < bytes.length) throw full()
    },
    sync: () => file.sync(),
    syncNow: () => file.syncNow(),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
  })
  const files: LogFiles = { ...realLogFiles, open: (path) => wrap(realLogFiles.open(path)) }
  return { disk, files }
}

test('waits while the disk is full, asks for no more, and goes on by itself without a loss', async () => {
  const folder = newFolder()
  const { disk, files } = smallDisk()
  const troubles: (string | undefined)[] = []
  const { log, take } = open(folder, { files, onTrouble: (text) => troubles.push(text) })
  await take('before')
  disk.room = 40
  const [first, second] = [take('first'), take('second')]
  await vi.waitFor(() => expect(log.isFull).toBe(true))
  const third = take('third')
  expect(texts(log)).toEqual(['before', 'first', 'second', 'third'])
  expect(() => log.syncNow()).toThrow('no space')
  disk.room = Infinity
  await Promise.all([first, second, third])
  expect(log.isFull).toBe(false)
  expect(troubles).toEqual([expect.stringContaining('disk is full'), undefined])
  await log.close()
  const again = open(folder, { onDamage: (text) => expect(text).toBe('') })
  expect(again.texts()).toEqual(['before', 'first', 'second', 'third'])
  await again.log.close()
})

test('gives up what is kept for replay when the disk is full', async () => {
  const { disk, files } = smallDisk()
  const { log, take, texts: read } = open(newFolder(), { files, limits: { segmentBytes: 1 } })
  await take('old')
  await take('older')
  log.release(2)
  disk.room = 0
  const taken = take('new')
  await vi.waitFor(() => expect(log.isFull).toBe(true))
  disk.room = Infinity
  await taken
  expect(read()).not.toContain('old')
  expect(read()).toContain('new')
  await log.close()
})

test('tells what could not be written before it was closed', async () => {
  const { disk, files } = smallDisk()
  const { log, take } = open(newFolder(), { files })
  disk.room = 0
  const outcomes = Promise.allSettled([take('a'), take('b')])
  await log.close()
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

test('has all on disk after a sync in the midst of a write, each record once', async () => {
  const folder = newFolder()
  const { log, take } = open(folder)
  const wanted: string[] = []
  const taken: Promise<void>[] = []
  for (let round = 0; round < 30; round += 1) {
    for (const part of ['a', 'b']) {
      wanted.push(`${part}${round}`)
      taken.push(take(`${part}${round}`))
    }
    // oxlint-disable-next-line no-await-in-loop -- lets a write get under way
    if (round % 3 > 0) await new Promise((resolve) => setTimeout(resolve, round % 3))
    void taken.push(take(`c${round}`))
    wanted.push(`c${round}`)
    log.syncNow()
    const copy = newFolder()
    for (const name of readdirSync(folder))
      writeFileSync(join(copy, name), readFileSync(join(folder, name)))
    const killed = open(copy)
    expect(killed.texts()).toEqual(wanted)
    // oxlint-disable-next-line no-await-in-loop
    await killed.log.close()
  }
  await Promise.all(taken)
  await log.close()
  const again = open(folder)
  expect(again.texts()).toEqual(wanted)
  await again.log.close()
})

test('starts where it was killed between making a segment and filling it', async () => {
  const { folder, path } = await written(['one', 'two'])
  closeSync(openSync(path.replace(/\d{16}/, '0000000000000003'), 'wx'))
  const { log, take, texts: read } = open(folder)
  expect(log.last).toBe(2)
  await take('three')
  expect(read()).toEqual(['one', 'two', 'three'])
  await log.close()
})

test('leaves nothing half written of a group that a full disk cut in two', async () => {
  const folder = newFolder()
  const { disk, files } = smallDisk()
  const { log, take } = open(folder, { files, limits: { segmentBytes: 40 } })
  await take('one')
  disk.room = 20
  const taken = take('two')
  await vi.waitFor(() => expect(log.isFull).toBe(true))
  disk.room = Infinity
  await taken
  await take('three')
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(log.bytes)
  await log.close()
})

test('skips what is damaged in a segment that is read later, and says so', async () => {
  const folder = newFolder()
  const { log, take } = open(folder, { limits: { segmentBytes: 1 } })
  for (const text of ['one', 'two', 'three']) {
    // oxlint-disable-next-line no-await-in-loop -- a segment each
    await take(text)
  }
  await log.close()
  const descriptor = openSync(join(folder, readdirSync(folder).toSorted()[1] ?? ''), 'r+')
  writeSync(descriptor, Buffer.from([0xff, 0xff]), 0, 2, 29)
  closeSync(descriptor)
  const problems: string[] = []
  const again = open(folder, { onDamage: (text) => problems.push(text) })
  expect(again.texts()).toEqual(['one', 'three'])
  expect(problems).toHaveLength(1)
  await again.log.close()
})
