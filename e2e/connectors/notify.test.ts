import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chat, email, pagerduty, pagerdutyService, smtp, webhook } from '@millrace/nodes-notify'
import type { ConnectionType } from '@millrace/sdk'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { openConnection, realTime, run, testConnection } from '@millrace/sdk/testing'
import type { RunOptions, TestRun } from '@millrace/sdk/testing'
import { describeWith } from '@millrace/services/vitest'
import { afterEach, beforeAll, afterAll, describe, expect, test, vi } from 'vitest'
import { makeCertificate } from '@millrace/services'
import { startMailReceiver } from './receivers/mail-receiver.ts'
import type { MailReceiver, MailReceiverOptions } from './receivers/mail-receiver.ts'
import { startWebReceiver } from './receivers/web-receiver.ts'
import type { WebReceiver } from './receivers/web-receiver.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const time = realTime(globalThis)
const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 15_000, interval: 5 })

type Config = Readonly<Record<string, unknown>>

const at = 1_767_225_600_000

function alert(key: string | number, more: object = {}) {
  const payload = {
    change: 'raised',
    key: `d${key}`,
    severity: 'critical',
    text: `number ${key}.`,
    value: 83,
    time: at,
    since: at,
    node: 'hot',
    ...more,
  }
  return { payload, key: `d${key}`, time: at }
}

/** Opens a connection as the engine would; tests end it. */
function connect<D extends Descriptor>(type: ConnectionType<D>, config: Config): unknown {
  // The settings are checked by what is done with them.
  const connection = openConnection(type, config as object, { time })
  opened.push(() => connection.close())
  return connection.handle
}

function opens(node: TestRun): TestRun {
  opened.push(() => node.close())
  return node
}

const states = (node: TestRun) => node.statuses().map(({ text }) => text)

/** All that a node told people or logs. */
function everythingTold(node: TestRun): string {
  return JSON.stringify([
    node.statuses(),
    node.log(),
    node.failures().map(({ message }) => message),
  ])
}

describe('E-mail', () => {
  const user = { name: 'millrace', password: 'right-password' }
  const to = 'night@example.org, lead@example.org'

  async function receiver(options: MailReceiverOptions = {}): Promise<MailReceiver> {
    const server = await startMailReceiver({ user, ...options })
    opened.push(() => server.kill())
    return server
  }

  const settings = ({ port }: MailReceiver, more: Config = {}): Config => ({
    host: '127.0.0.1',
    port,
    security: 'none',
    from: 'Millrace <millrace@example.org>',
    username: user.name,
    password: user.password,
    ...more,
  })

  function sink(server: Config, config: Config = {}, options: RunOptions = {}): TestRun {
    const usual = { to, groupIntervalMs: 0, rateMessages: 10_000 }
    const handle = connect(smtp, server)
    return opens(run(email, { server: handle, ...usual, ...config }, { time, ...options }))
  }

  test('brings an alert to all its addresses, with a subject in any script', async () => {
    const server = await receiver()
    const node = sink(settings(server), { prefix: '[Werk 4]' })
    node.send(alert(1, { text: 'Öl bei 83 °C 🔥\n.\nnoch heiß' }))
    await until(() => expect(server.mails).toHaveLength(1))
    const [mail] = server.mails
    expect(mail).toMatchObject({
      from: 'millrace@example.org',
      to: ['night@example.org', 'lead@example.org'],
    })
    const encoded = /^Subject: ((?:.|\r\n )*)$/m.exec(mail?.source ?? '')?.[1] ?? ''
    const words = encoded.matchAll(/=\?UTF-8\?Q\?(.*?)\?=|([^=\s]+)/gi)
    const subject = [...words].map(([, word, plain]) => (word === undefined ? plain : fromQ(word)))
    expect(subject.join('')).toContain('Öl bei 83 °C 🔥')
    expect(mail?.source).toMatch(/^Message-ID: <[0-9a-f]{32}@example\.org>/im)
    expect(mail?.source).toMatch(/^Auto-Submitted: auto-generated/im)
    await until(() => expect(node.statuses().at(-1)).toMatchObject({ state: 'ok' }))
  })

  test('loses none of its mails while the server is killed and started again', async () => {
    const server = await receiver()
    const node = sink(settings(server), { groupBy: ({ key }: { key: string }) => key })
    for (let n = 0; n < 40; n += 1) node.send(alert(n))
    await until(() => expect(server.mails.length).toBeGreaterThan(3))
    await server.kill()
    await until(() => expect(node.statuses().at(-1)).toMatchObject({ state: 'error' }))
    for (let n = 40; n < 60; n += 1) node.send(alert(n))
    await server.restart()
    const numbers = () => server.mails.map(({ source }) => /number (\d+)\./.exec(source)?.[1])
    await until(() => expect(new Set(numbers()).size).toBe(60))
    expect(node.failures()).toEqual([])
    // In order, and only the mail whose answer the kill took may have come twice.
    expect([...new Set(numbers())].map(Number)).toEqual(Array.from({ length: 60 }, (_, n) => n))
    expect(numbers().length).toBeLessThanOrEqual(61)
    await until(() => expect(node.openHolds).toBe(0))
  })

  test('keeps its mails while the password is wrong, also over a restart', async () => {
    const server = await receiver()
    const node = sink(settings(server, { password: 'wrong-password' }))
    node.send(alert(1))
    await until(() => expect(states(node).at(-1)).toContain('refuses "User name" or "Password"'))
    expect(everythingTold(node)).not.toContain('wrong-password')
    const snapshot = structuredClone(node.snapshot())
    const mended = sink(settings(server), {}, { snapshot })
    await until(() => expect(server.mails).toHaveLength(1))
    expect(mended.failures()).toEqual([])
  })

  test('lets what the server refuses for good leave by the error port, and tries the rest again', async () => {
    let isBusy = true
    const server = await receiver({
      refuse: (address) => {
        if (address.startsWith('gone')) return { code: 550, text: '5.1.1 No such user' }
        return isBusy ? { code: 451, text: '4.7.1 Greylisted' } : undefined
      },
    })
    const gone = sink(settings(server), { to: 'gone@example.org' })
    gone.send(alert(1))
    await until(() => expect(gone.failures()).toMatchObject([{ code: 'MAIL_RECIPIENT' }]))
    expect(gone.failures()[0]?.original).toEqual(alert(1))
    const late = sink(settings(server), { to: 'late@example.org' })
    late.send(alert(2))
    await until(() => expect(states(late).at(-1)).toContain('takes it later'))
    isBusy = false
    await until(() => expect(server.mails).toHaveLength(1))
    const some = sink(settings(server), { to: 'gone@example.org, lead@example.org' })
    some.send(alert(3))
    await until(() => expect(states(some).at(-1)).toContain('refuses some of "To": gone@'))
    expect(some.failures()).toEqual([])
  })

  test('shortens a mail that is too long', async () => {
    const server = await receiver({ bytesMax: 20_000 })
    const node = sink(settings(server), { groupWaitMs: 20, listedMax: 100 })
    node.sendAll(Array.from({ length: 100 }, (_, n) => alert(n, { text: 'x'.repeat(400) })))
    await until(() => expect(server.mails).toHaveLength(1))
    expect(server.mails[0]?.source).toMatch(/and \d\d more/)
    expect(node.failures()).toEqual([])
  })

  test('names the transport where the server offers no STARTTLS', async () => {
    const server = await receiver()
    const steps = await testConnection(
      smtp,
      settings(server, { security: 'starttls', timeoutMs: 2000 }),
      { time },
    )
    expect(steps.at(-1)).toMatchObject({ step: 'STARTTLS and sign-in', outcome: 'failed' })
    expect(steps.at(-1)?.text).toContain('offers no STARTTLS. Choose another "Transport"')
  })

  test('signs in with OAuth, and says so when that fails', async () => {
    const server = await receiver({ accessToken: 'fresh-access-token' })
    const issuer = await startWebReceiver()
    opened.push(() => issuer.kill())
    const body = '{"access_token":"fresh-access-token","token_type":"Bearer","expires_in":3599}'
    issuer.answers.push({ status: 200, body })
    const oauth = {
      auth: 'oauth2',
      clientId: 'client',
      clientSecret: 'client-secret',
      refreshToken: 'long-refresh-token',
      tokenUrl: issuer.url,
    }
    const node = sink(settings(server, oauth))
    node.send(alert(1))
    await until(() => expect(server.mails).toHaveLength(1))
    expect(Object.fromEntries(new URLSearchParams(issuer.seen[0]?.body))).toMatchObject({
      grant_type: 'refresh_token',
      client_id: 'client',
      refresh_token: 'long-refresh-token',
    })
    issuer.answers.push({ status: 400, body: '{"error":"invalid_grant"}' })
    const wrong = sink(settings(server, oauth))
    wrong.send(alert(2))
    await until(() => expect(states(wrong).at(-1)).toMatch(/OAuth refuses .*invalid_grant/))
    expect(everythingTold(wrong)).not.toMatch(/client-secret|long-refresh/)
  })

  test('is tested step by step', async () => {
    const server = await receiver()
    const good = await testConnection(smtp, settings(server), { time })
    expect(good.map(({ step, outcome }) => [step, outcome])).toEqual([
      ['Name', 'passed'],
      ['TCP connection', 'passed'],
      ['Sign-in', 'passed'],
    ])
    const wrong = await testConnection(smtp, settings(server, { password: 'x' }), { time })
    expect(wrong.at(-1)).toMatchObject({ step: 'Sign-in', outcome: 'failed' })
    expect(wrong.at(-1)?.text).toContain('"Password"')
    await server.kill()
    const gone = await testConnection(smtp, settings(server), { time })
    expect(gone[1]).toMatchObject({ step: 'TCP connection', outcome: 'failed' })
    expect(gone[1]?.text).toContain('Is the mail server running')
    expect(server.mails).toEqual([])
  })
})

describeWith(['openssl'], 'Alert delivery over TLS', () => {
  let folder = ''
  let tls = { key: '', cert: '' }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-notify-'))
    const { keyFile, certificateFile } = await makeCertificate(folder)
    tls = { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certificateFile, 'utf8') }
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each([
    ['starttls', false],
    ['tls', true],
  ])('sends mail with %s, to whom it trusts only', async (security, isSecure) => {
    const server = await startMailReceiver({ tls, isSecure })
    opened.push(() => server.kill())
    const settings = {
      host: 'localhost',
      port: server.port,
      security,
      from: 'millrace@example.org',
      auth: 'none',
    }
    const stranger = await testConnection(smtp, settings, { time })
    expect(stranger.find(({ outcome }) => outcome === 'failed')?.text).toContain(
      '"Certificate authority (PEM)"',
    )
    const handle = connect(smtp, { ...settings, ca: tls.cert })
    const node = opens(run(email, { server: handle, to: 'a@example.org' }, { time }))
    node.send(alert(1))
    await until(() => expect(server.mails).toHaveLength(1))
  })

  test('posts to whom it trusts only', async () => {
    const server = await startWebReceiver({ tls })
    opened.push(() => server.kill())
    const config = { service: 'slack', url: server.url }
    const node = opens(run(chat, { channel: connect(webhook, config) }, { time }))
    node.send(alert(1))
    await until(() => expect(states(node).at(-1)).toContain('"Certificate authority (PEM)"'))
    expect(server.seen).toEqual([])
    const trusting = connect(webhook, { ...config, ca: tls.cert })
    const good = opens(run(chat, { channel: trusting }, { time }))
    good.send(alert(2))
    await until(() => expect(server.taken).toHaveLength(1))
  })
})

describe('Chat messages', () => {
  async function receiver(options: { bytesMax?: number } = {}): Promise<WebReceiver> {
    const server = await startWebReceiver(options)
    opened.push(() => server.kill())
    return server
  }

  function sink(server: WebReceiver, config: Config = {}, service = 'generic'): TestRun {
    const channel = connect(webhook, { service, url: server.url })
    const usual = { groupIntervalMs: 0, rateMessages: 10_000 }
    return opens(run(chat, { channel, ...usual, ...config }, { time }))
  }

  const keysIn = ({ body }: { body: string }) =>
    (JSON.parse(body) as { alerts: { key: string }[] }).alerts.map(({ key }) => key)

  test.each(['slack', 'teams', 'discord', 'generic'])('reach %s', async (service) => {
    const server = await receiver()
    const node = sink(server, {}, service)
    node.send(alert(1))
    await until(() => expect(server.taken).toHaveLength(1))
    expect(server.taken[0]?.body).toContain('number 1.')
    await until(() => expect(node.statuses().at(-1)).toMatchObject({ state: 'ok' }))
  })

  test('lose nothing while the service is killed and started again', async () => {
    const server = await receiver()
    const node = sink(server, { groupBy: ({ key }: { key: string }) => key })
    for (let n = 0; n < 200; n += 1) node.send(alert(n))
    await until(() => expect(server.taken.length).toBeGreaterThan(10))
    await server.kill()
    for (let n = 200; n < 250; n += 1) node.send(alert(n))
    await until(() => expect(node.statuses().at(-1)).toMatchObject({ state: 'error' }))
    expect(everythingTold(node)).not.toContain('secret-part')
    await server.restart()
    const keys = () => server.taken.flatMap(keysIn)
    await until(() => expect(new Set(keys()).size).toBe(250))
    expect([...new Set(keys())]).toEqual(Array.from({ length: 250 }, (_, n) => `d${n}`))
    // What came twice came with the same id, by which the receiver knows it.
    const ids = new Set(server.taken.map(({ headers }) => headers['idempotency-key']))
    expect(ids.size).toBe(250)
  })

  test('wait as long as the service asks for', async () => {
    const server = await receiver()
    server.answers.push(
      { status: 429, headers: { 'retry-after': '1' } },
      { status: 429, body: '{"retry_after": 0.05, "message": "You are being rate limited."}' },
    )
    const node = sink(server, {}, 'discord')
    const startedAt = performance.now()
    node.send(alert(1))
    await until(() => expect(server.taken).toHaveLength(1))
    expect(performance.now() - startedAt).toBeGreaterThan(1000)
    expect(performance.now() - startedAt).toBeLessThan(5000)
    expect(states(node).some((text) => text.includes('asks us to wait for 1 s'))).toBe(true)
    expect(server.seen).toHaveLength(3)
  })

  test('are shortened where the service takes none that long', async () => {
    const server = await receiver({ bytesMax: 4000 })
    const node = sink(server, { groupWaitMs: 20, listedMax: 40 })
    node.sendAll(Array.from({ length: 40 }, (_, n) => alert(n)))
    await until(() => expect(server.taken).toHaveLength(1))
    const { alerts, more } = JSON.parse(server.taken[0]?.body ?? '') as {
      alerts: unknown[]
      more: number
    }
    expect(alerts.length).toBeGreaterThan(2)
    expect(alerts.length + more).toBe(40)
    expect(node.failures()).toEqual([])
  })

  test('wait for a new address where the old one is gone, and leave by the error port where they are wrong', async () => {
    const server = await receiver()
    server.answers.push({ status: 404, body: 'no_service' })
    const node = sink(server, {}, 'slack')
    node.send(alert(1))
    await until(() => expect(states(node).at(-1)).toContain('Make a new incoming webhook'))
    await until(() => expect(server.taken).toHaveLength(1))
    server.answers.push({ status: 400, body: 'invalid_blocks' })
    node.send(alert(2))
    await until(() => expect(node.failures()).toMatchObject([{ code: 'NOTIFY_REFUSED' }]))
    expect(node.failures()[0]?.message).toContain('invalid_blocks')
    node.send(alert(3))
    await until(() => expect(server.taken).toHaveLength(2))
  })
})

describe('PagerDuty events', () => {
  test('arrive in order through a service that is busy, away and back', async () => {
    const server = await startWebReceiver()
    opened.push(() => server.kill())
    server.answers.push({ status: 429, headers: { 'retry-after': '0' } }, { status: 500 })
    const config = { region: 'other', url: server.url, integrationKey: 'R0-secret' }
    const service = connect(pagerdutyService, config)
    const node = opens(run(pagerduty, { service, rateMessages: 10_000 }, { time }))
    for (let n = 0; n < 20; n += 1) {
      node.send(alert(n))
      node.send(alert(n, { change: 'acknowledged' }))
      node.send(alert(n, { change: 'cleared' }))
      if (n === 10) await server.kill()
      await new Promise<void>((resolve) => void time.schedule(2, resolve))
    }
    await server.restart()
    const actions = () =>
      server.taken.map(({ body }) => {
        const { event_action: action, dedup_key: key } = JSON.parse(body) as Record<string, string>
        return `${action} ${key}`
      })
    await until(() => expect(actions()).toContain('resolve test/node/hot/d19'))
    for (let n = 0; n < 20; n += 1) {
      const own = actions().filter((action) => action.endsWith(`/d${n}`))
      expect([...new Set(own.map((action) => action.split(' ')[0]))]).toEqual([
        'trigger',
        'acknowledge',
        'resolve',
      ])
    }
    expect(everythingTold(node)).not.toContain('R0-secret')
  })
})

/** The Q encoding of RFC 2047. */
function fromQ(word: string): string {
  const bytes = word
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
