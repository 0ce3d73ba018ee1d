import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestServer } from '../../testing/test-server.ts'
import type { TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeEach(async () => {
  server = await openTestServer()
  await server.send('POST', '/api/flows', { body: { name: 'boilers', title: 'Boilers' } })
})

afterEach(() => server.end())

const empty = { name: 'empty', steps: [{ waitMs: 10 }], expect: [] }
const tests = { millrace: 1, flow: 'boilers', cases: [empty] }

test('a flow without tests has no cases', async () => {
  const { body } = await server.send('GET', '/api/flows/boilers/tests')
  expect(body.tests).toEqual({ millrace: 1, flow: 'boilers', cases: [] })
})

test('keeps tests beside the flow, as text that a person can read', async () => {
  const saved = await server.send('PUT', '/api/flows/boilers/tests', {
    body: { tests: { ...tests, flow: 'copied-from-here' } },
  })
  expect(saved.body.tests).toEqual(tests)
  const file = join(server.folder, 'flows', 'boilers.tests.json')
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(tests)
  expect((await server.send('GET', '/api/flows')).body.flows).toHaveLength(1)
})

test('refuses tests that cannot be read, naming the place', async () => {
  const wrong = { ...tests, cases: [{ ...empty, steps: [{}] }] }
  const { status, body } = await server.send('PUT', '/api/flows/boilers/tests', {
    body: { tests: wrong },
  })
  expect(status).toBe(400)
  expect(body.path).toBe('tests.cases[0].steps[0]')
})

test('runs all, or those that are named', async () => {
  const other = { ...empty, name: 'other' }
  const body = { tests: { ...tests, cases: [empty, other] }, cases: ['other'] }
  const path = '/api/flows/boilers/tests/run'
  const { status, body: answer } = await server.send('POST', path, { body })
  expect(status).toBe(200)
  expect(answer.results).toMatchObject([{ name: 'other', outcome: 'passed' }])
  const unknown = await server.send('POST', path, { body: { cases: ['nobody'] } })
  expect(unknown).toMatchObject({ status: 404, body: { code: 'TEST_UNKNOWN' } })
})

test('tests travel with their flow, and go with it', async () => {
  await server.send('PUT', '/api/flows/boilers/tests', { body: { tests } })
  const { body: bundle } = await server.send('GET', '/api/export')
  expect(bundle.tests).toEqual([tests])
  await server.send('POST', '/api/import', { body: bundle })
  const copied = await server.send('GET', '/api/flows/boilers-2/tests')
  expect(copied.body.tests).toEqual({ ...tests, flow: 'boilers-2' })
  await server.send('DELETE', '/api/flows/boilers')
  await server.send('POST', '/api/flows', { body: { name: 'boilers', title: 'Boilers' } })
  expect((await server.send('GET', '/api/flows/boilers/tests')).body.tests.cases).toEqual([])
})
