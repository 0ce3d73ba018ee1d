import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { newFolder, openTestServer, removeFolder } from '../testing/test-server.ts'
import type { TestServer } from '../testing/test-server.ts'

let it: TestServer
let file: string
let revision: string

beforeEach(async () => {
  it = await openTestServer({ folder: await newFolder() })
  const { body } = await it.send('POST', '/api/flows', { body: { name: 'demo', title: 'Demo' } })
  revision = body.revision
  file = join(it.folder, 'flows', 'demo.json')
})

afterEach(async () => {
  await it.end()
  await removeFolder(it.folder)
})

const titleNow = async () => (await it.send('GET', '/api/flows/demo')).body.flow?.title
const edited = async (title: string) => (await readFile(file, 'utf8')).replace('Demo', title)
const rename = (title: string) => it.send('PATCH', '/api/flows/demo', { body: { revision, title } })

test('a flow that is edited in its file is taken up while the server runs', async () => {
  const told: (string | null)[] = []
  it.server.parts.saved.onSaved((_flow, saved) => told.push(saved))
  await writeFile(file, await edited('By hand'))
  await vi.waitFor(async () => expect(await titleNow()).toBe('By hand'), { timeout: 5_000 })
  expect(told).toHaveLength(1)
})

test('a file that comes while the server runs is a flow', async () => {
  const text = (await readFile(file, 'utf8')).replace('"name": "demo"', '"name": "pulled"')
  await writeFile(join(it.folder, 'flows', 'pulled.json'), text)
  const names = async () =>
    (await it.send('GET', '/api/flows')).body.flows.map(({ name }: { name: string }) => name)
  await vi.waitFor(async () => expect(await names()).toEqual(['demo', 'pulled']), {
    timeout: 5_000,
  })
})

test('a save never writes over what somebody changed in the file', async () => {
  await writeFile(file, await edited('By hand'))
  const { status, body } = await rename('Mine')
  expect([status, body.code]).toEqual([409, 'FLOW_REVISION_OLD'])
  expect(await readFile(file, 'utf8')).toContain('By hand')
})

test('a file that is no flow any more is left to who writes it, and the flow stays', async () => {
  await writeFile(file, '{ "millrace": 1, "name": "demo", half')
  const { status, body } = await rename('Mine')
  expect([status, body.code]).toEqual([409, 'FLOW_FILE_BROKEN'])
  expect(body.message).toContain('demo.json')
  expect(await readFile(file, 'utf8')).toContain('half')
  expect(await titleNow()).toBe('Demo')
})

test('a file that was deleted comes back with the next save', async () => {
  await rm(file)
  expect((await rename('Mine')).status).toBe(200)
  expect(await readFile(file, 'utf8')).toContain('Mine')
})
