import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { manualTime } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { reachSteps } from './reach-steps.ts'
import { takeSteps } from './step.ts'
import { reach } from './testing/take.ts'

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other will do
    await new Promise((resolve) => void server.close(resolve))
  }
})

/** A server that answers everything with these bytes. */
async function listen(answer = ''): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => socket.end(answer))
  })
  servers.push(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const tls = { isVerified: true }

test('tells that a server is there', async () => {
  const port = await listen()
  expect(await reach({ host: '127.0.0.1', port })).toEqual([
    { step: 'Name', outcome: 'passed', text: '127.0.0.1' },
    { step: 'TCP connection', outcome: 'passed', text: `127.0.0.1, port ${port}` },
  ])
})

test('says that nothing answers, and skips what would come after', async () => {
  const port = await listen()
  await new Promise((resolve) => void servers.pop()?.close(resolve))
  const steps = await reach({ port, tls, peer: 'broker' })
  expect(steps.slice(1)).toEqual([
    {
      step: 'TCP connection',
      outcome: 'failed',
      text: `Nothing answers at 127.0.0.1:${port}. Is the broker running, and are Host and Port right?`,
    },
    { step: 'TLS certificate', outcome: 'skipped' },
  ])
})

test('says that a name leads nowhere, and where it is set', async () => {
  const labels = { host: 'Address', port: 'Address', security: 'Address' }
  const [name, tcp] = await reach({ host: 'nowhere.invalid', port: 1, labels })
  expect(name).toEqual({
    step: 'Name',
    outcome: 'failed',
    text: 'The name "nowhere.invalid" leads to no address. Is it spelled right under Address?',
  })
  expect(tcp).toEqual({ step: 'TCP connection', outcome: 'skipped' })
})

test('says that a server without TLS has none', async () => {
  const port = await listen('HTTP/1.1 400 Bad Request\r\n\r\n')
  const steps = await reach({ port, tls })
  expect(steps.at(-1)?.text).toBe(
    `There is no TLS at 127.0.0.1:${port}. Is Port the one for TLS? Otherwise choose no TLS under Transport.`,
  )
})

test.each([
  [{ ca: 'no certificate' }, '"Certificate authority (PEM)" cannot be read'],
  [{ certificate: 'x', key: 'y' }, '"Client certificate (PEM)" cannot be read'],
  [{ key: 'y' }, '"Client key (PEM)" cannot be read'],
])('names the field whose text is no PEM: %j', async (given, text) => {
  const steps = await reach({ port: await listen(), tls: { isVerified: true, ...given } })
  expect(steps.at(-1)).toMatchObject({ step: 'TLS certificate', outcome: 'failed' })
  expect(steps.at(-1)?.text).toContain(text)
})

test('gives up a step after the time that it is given', async () => {
  const port = await listen()
  const { clock, schedule, advance } = manualTime()
  const timers = { after: schedule, every: schedule, soon: () => undefined }
  const steps = reachSteps({ host: '127.0.0.1', port, tls, timeoutMs: 3_000, clock, timers })
  const third = takeSteps(steps.slice(2)).next()
  advance(3_000)
  expect((await third).value).toEqual({
    step: 'TLS certificate',
    outcome: 'failed',
    text: `127.0.0.1:${port} does not answer. Is a firewall in between, and are Host and Port right?`,
  })
})

test('a step may find that there is nothing to do', async () => {
  const taken: unknown[] = []
  const steps = takeSteps([
    { name: 'One', run: async () => ({ outcome: 'skipped', text: 'No name is set.' }) },
    { name: 'Two', run: () => Promise.reject(new Error('It broke.')) },
    { name: 'Three', run: async () => 'never' },
  ])
  for await (const step of steps) taken.push(step)
  expect(taken).toEqual([
    { step: 'One', outcome: 'skipped', text: 'No name is set.' },
    { step: 'Two', outcome: 'failed', text: 'It broke.' },
    { step: 'Three', outcome: 'skipped' },
  ])
})
