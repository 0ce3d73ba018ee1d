import { createServer } from 'node:http'
import { checkDescriptor, openConnection, realTime, testConnection } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { pagerdutyService } from './connection.ts'
import { pagerdutyServiceDescriptor } from './descriptor.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

/** Answers as the Events API is documented to. */
async function eventsApi(key: string) {
  const events: unknown[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const event: unknown = JSON.parse(body)
      events.push(event)
      const isKnown = body.includes(`"routing_key":"${key}"`)
      response.writeHead(isKnown ? 202 : 400, { 'content-type': 'application/json' })
      response.end(
        isKnown
          ? '{"status":"success","message":"Event processed","dedup_key":"x"}'
          : '{"status":"invalid event","message":"Event object is invalid","errors":["\'routing_key\' is invalid"]}',
      )
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { events, url: `http://127.0.0.1:${port}/v2/enqueue` }
}

const time = realTime(globalThis)

test('is described as connections have to be', () => {
  expect(checkDescriptor(pagerdutyServiceDescriptor)).toEqual([])
})

test('sends events with its key', async () => {
  const { events, url } = await eventsApi('R0')
  const config = { region: 'other', url, integrationKey: ' R0\n' }
  const connection = openConnection(pagerdutyService, config, { time })
  opened.push(() => connection.close())
  expect(await connection.handle.enqueue({ event_action: 'resolve' })).toEqual({ kind: 'sent' })
  expect(events).toEqual([{ routing_key: 'R0', event_action: 'resolve' }])
})

test('tests the key without calling anybody', async () => {
  const { events, url } = await eventsApi('R0')
  const good = await testConnection(
    pagerdutyService,
    { region: 'other', url, integrationKey: 'R0' },
    { time },
  )
  expect(good.at(-1)).toMatchObject({ step: 'Integration key', outcome: 'passed' })
  expect(events).toMatchObject([{ event_action: 'resolve' }])
  const wrong = { region: 'other', url, integrationKey: 'R1' }
  const steps = await testConnection(pagerdutyService, wrong, { time })
  expect(steps.at(-1)).toMatchObject({
    outcome: 'failed',
    text: expect.stringContaining('does not know the "Integration key"'),
  })
})
