import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { folderPlaceOf, foldersOf, placeOf } from './file-place.ts'
import type { FileFolders } from './file-place.ts'

let root: string
let folders: FileFolders

/** `files` and `shared` may be used; `secrets.json` and `shared-not` lie beside them. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-place-'))
  for (const folder of ['files/deep', 'shared', 'shared-not']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  writeFileSync(join(root, 'secrets.json'), '{}')
  symlinkSync(join(root, 'secrets.json'), join(root, 'files', 'link'))
  symlinkSync(root, join(root, 'files', 'up'))
  symlinkSync(join(root, 'nowhere'), join(root, 'files', 'dangling'))
  symlinkSync(join(root, 'files', 'circle'), join(root, 'files', 'circle'))
  symlinkSync(join(root, 'files', 'deep'), join(root, 'files', 'inside'))
  folders = { own: join(root, 'files'), allowed: [join(root, 'shared')] }
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

test.each([
  '../secrets.json',
  'deep/../../secrets.json',
  './../secrets.json',
  'deep/../../../etc/passwd',
  '/etc/passwd',
  '..',
  '.',
  '',
  '../files',
  '../files-not/a',
  'a\0.json',
  'link',
  'up/secrets.json',
  'up/new.json',
  'dangling',
  'dangling/a',
  'up/up/secrets.json',
])('a flow gets no file by %j', (path) => {
  expect(() => placeOf(path, folders)).toThrow(
    expect.objectContaining({ code: 'FILE_NOT_ALLOWED' }),
  )
})

test.each(['shared-not/a', 'secrets.json', 'shared/../secrets.json', 'shared', 'files/a'])(
  'nor by %j from the root on',
  (path) => {
    expect(() => placeOf(`${root}/${path}`, folders)).toThrow('does not let flows use')
  },
)

test.each(['a.json', 'deep/a.json', 'new/folder/a.json', 'inside/a.json', 'a..b', '..a', '...'])(
  'it gets %j',
  (path) => expect(placeOf(path, folders)).toBe(join(root, 'files', path)),
)

test('it gets what lies in a folder that is allowed, and that folder to watch', () => {
  expect(placeOf(join(root, 'shared', 'a'), folders)).toBe(join(root, 'shared', 'a'))
  expect(folderPlaceOf(join(root, 'shared'), folders)).toBe(join(root, 'shared'))
  expect(folderPlaceOf('.', folders)).toBe(join(root, 'files'))
  expect(() => folderPlaceOf('up', folders)).toThrow('leads out')
})

test('folders that are not named from the root on are not allowed', () => {
  const found = foldersOf({
    MILLRACE_FILES: '/plant/files',
    MILLRACE_FILE_FOLDERS: ['/a', 'b', '', './c'].join(delimiter),
  })
  expect(found).toEqual({ own: '/plant/files', allowed: ['/a'] })
})
