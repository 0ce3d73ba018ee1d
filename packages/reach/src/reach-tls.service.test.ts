import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import type { Server, TlsOptions } from 'node:tls'
import { manualTime } from '@millrace/sdk/testing'
import { makeCertificate } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { reach } from './testing/take.ts'

const dayMs = 86_400_000
const servers: Server[] = []
let folder = ''
let key = ''
let cert = ''

async function listen(options: TlsOptions = {}): Promise<number> {
  const server = createServer({ key, cert, ...options }, (socket) => {
    socket.on('error', () => undefined)
  })
  server.on('tlsClientError', () => undefined)
  servers.push(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const last = async (...given: Parameters<typeof reach>) => (await reach(...given)).at(-1)
const trusting = () => ({ isVerified: true, ca: cert })

describeWith(['openssl'], 'the step TLS certificate', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-reach-'))
    const { keyFile, certificateFile } = await makeCertificate(folder)
    key = await readFile(keyFile, 'utf8')
    cert = await readFile(certificateFile, 'utf8')
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other will do
      await new Promise((resolve) => void server.close(resolve))
    }
  })

  test('tells version, name and how long it is valid', async () => {
    const port = await listen()
    expect(await last({ host: 'localhost', port, tls: trusting() })).toEqual({
      step: 'TLS certificate',
      outcome: 'passed',
      text: expect.stringMatching(
        /^TLSv1\.3, for localhost, valid for [01] more days?: renew it soon$/,
      ),
    })
  })

  test('says which setting gives the authority, unless it does not matter', async () => {
    const port = await listen()
    expect(await last({ port, tls: { isVerified: true }, peer: 'broker' })).toEqual({
      step: 'TLS certificate',
      outcome: 'failed',
      text: 'The certificate of the broker is not signed by a known authority. Give its authority under "Certificate authority (PEM)".',
    })
    const unverified = await last({ port, tls: { isVerified: false } })
    expect(unverified).toMatchObject({ outcome: 'passed' })
    expect(unverified?.text).toContain('not verified')
  })

  test('says for whom the certificate is when it is not for the host', async () => {
    const port = await listen()
    const tls = { ...trusting(), serverName: 'broker.example.org' }
    expect((await last({ port, tls, host: '127.0.0.1' }))?.text).toContain(
      'but for localhost, 127.0.0.1. Give the name in it under "Server name".',
    )
  })

  test.each([
    [2, /expired on \d{4}-\d\d-\d\d: have it renewed/],
    [-2, /valid only from \d{4}-\d\d-\d\d on: is the clock/],
  ])('says when it was or will be valid, seen in %i days', async (days, sentence) => {
    const port = await listen()
    const time = manualTime(Date.now() + days * dayMs)
    const step = await last({ port, tls: trusting() }, time)
    expect(step).toMatchObject({ outcome: 'failed' })
    expect(step?.text).toMatch(sentence)
  })

  test('says that a key belongs to another certificate', async () => {
    const other = await mkdtemp(join(folder, 'other-'))
    const { keyFile } = await makeCertificate(other)
    const strange = await readFile(keyFile, 'utf8')
    const tls = { ...trusting(), certificate: cert, key: strange }
    expect((await last({ port: await listen(), tls }))?.text).toBe(
      '"Client key (PEM)" does not belong to "Client certificate (PEM)".',
    )
    const lonely = { ...trusting(), certificate: cert }
    expect((await last({ port: await listen(), tls: lonely }))?.text).toContain(
      'give "Client key (PEM)" too',
    )
  })
})
