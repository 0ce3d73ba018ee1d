import { mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppendFile } from './append-file.ts'

test('writes a text whole or not at all when the disk is full in the midst of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-append-'))
  const path = join(folder, 'a')
  let room = 5
  const file = new AppendFile(path, {
    write: (descriptor, bytes, at) => {
      const fits = Math.min(room, bytes.length)
      if (fits === 0) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
      room -= fits
      return writeSync(descriptor, bytes, 0, fits, at)
    },
  })
  file.open()
  file.append('one')
  expect(() => file.append('two, longer')).toThrow('no space')
  expect([readFileSync(path, 'utf8'), file.position]).toEqual(['one', 3])
  room = 100
  file.append('three')
  file.sync()
  expect(readFileSync(path, 'utf8')).toBe('onethree')
  file.close()
  rmSync(folder, { recursive: true })
})
