import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { checkDescriptor, openConnection, realTime, testConnection } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { testAnnouncement } from '../announcement/test-announcement.ts'
import { webhook } from './connection.ts'
import { webhookDescriptor } from './descriptor.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

interface Received {
  readonly body: string
  readonly headers: IncomingHttpHeaders
}

async function receive(status = 200, answer = 'ok') {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      received.push({ body, headers: request.headers })
      response.writeHead(status).end(answer)
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { received, url: `http://127.0.0.1:${port}/services/T0/secret-part` }
}

const time = realTime(globalThis)

function open(config: object) {
  const connection = openConnection(webhook, config, { time })
  opened.push(() => connection.close())
  return connection.handle
}

const rules = { prefix: '', listedMax: 10 }

test('is described as connections have to be', () => {
  expect(checkDescriptor(webhookDescriptor)).toEqual([])
})

test('posts what the service takes', async () => {
  const { received, url } = await receive()
  const outcome = await open({ service: 'slack', url }).send(testAnnouncement(0), rules)
  expect(outcome).toEqual({ kind: 'sent' })
  expect(JSON.parse(received[0]?.body ?? '')).toHaveProperty('attachments')
  expect(received[0]?.headers['content-type']).toBe('application/json')
})

test('signs what a web service gets, and gives it an id and a token', async () => {
  const { received, url } = await receive()
  const config = { service: 'generic', url, signingKey: 'shared', token: 'abc' }
  await open(config).send(testAnnouncement(7), rules)
  const { body = '', headers = {} } = received[0] ?? {}
  const digest = createHmac('sha256', 'shared').update(body).digest('hex')
  expect(headers['x-hub-signature-256']).toBe(`sha256=${digest}`)
  expect(headers['authorization']).toBe('Bearer abc')
  expect(headers['idempotency-key']).toBe('test-7')
})

test.each([
  ['', 'Give the "Webhook address".'],
  ['hooks.slack.com/services/T0/secret-part', 'is no web address'],
  ['http://127.0.0.1:1/services/T0/secret-part', 'Nothing answers at 127.0.0.1:1'],
])('says of the address "%s" what is wrong with it, and not what it is', async (url, text) => {
  const outcome = await open({ service: 'slack', url }).send(testAnnouncement(0), rules)
  expect(outcome).toMatchObject({ kind: 'later' })
  expect(outcome).toHaveProperty('error.message', expect.stringContaining(text))
  expect(JSON.stringify(outcome)).not.toContain('secret-part')
})

test('tests the way to the channel, and with a message the channel', async () => {
  const { url } = await receive()
  const good = await testConnection(webhook, { service: 'slack', url }, { time })
  expect(good.map(({ step, outcome }) => [step, outcome])).toEqual([
    ['Address', 'passed'],
    ['Name', 'passed'],
    ['TCP connection', 'passed'],
    ['Test message', 'passed'],
  ])
  const gone = await receive(404, 'no_service')
  const steps = await testConnection(webhook, { service: 'slack', url: gone.url }, { time })
  expect(steps.at(-1)).toEqual({
    step: 'Test message',
    outcome: 'failed',
    text: 'Slack refuses the address or key (404: no_service). Make a new incoming webhook in Slack and give its address.',
  })
  const none = await testConnection(webhook, { service: 'slack', url: 'x' }, { time })
  expect(none).toMatchObject([{ step: 'Address', outcome: 'failed' }, { outcome: 'skipped' }])
})
