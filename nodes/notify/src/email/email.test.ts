import { checkNodeType, run } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import type { Outcome } from '../policy/outcome.ts'
import type { Mail } from '../smtp/mail-server.ts'
import { email } from './sink.ts'

function fakeServer() {
  const mails: Mail[] = []
  const sendMail = (mail: Mail): Promise<Outcome> => {
    mails.push(mail)
    return Promise.resolve({ kind: 'sent' })
  }
  return { name: 'test', mails, sendMail }
}

const config = { to: 'night@example.org', prefix: '[Plant 4]' }

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(email, { server: fakeServer(), ...config })).toEqual([])
})

test('sends a mail with what the alert says, as text and as HTML', () => {
  const server = fakeServer()
  const node = run(email, { server, ...config })
  const text = '<b>press-4</b>\nis at 83 °C'
  node.send({ payload: { change: 'raised', key: 'p4', severity: 'critical', text } })
  node.advance(1)
  expect(server.mails).toMatchObject([
    {
      to: 'night@example.org',
      subject: '[Plant 4] Critical: <b>press-4</b> is at 83 °C',
      text: 'Critical: <b>press-4</b>\nis at 83 °C\n',
      isUrgent: true,
    },
  ])
  const html = server.mails[0]?.html ?? ''
  expect(html).toContain('&lt;b&gt;press-4&lt;/b&gt;<br>is at 83 °C')
  expect(html).not.toContain('<b>')
})

test('makes a link only of a web address', () => {
  const server = fakeServer()
  const links = ['javascript:alert(1)', 'https://plant.example.org/"x"']
  const node = run(email, {
    server,
    ...config,
    link: ({ payload }: { payload: { at: number } }) => links[payload.at] ?? '',
    groupWaitMs: 10,
  })
  node.send({ payload: { change: 'raised', key: 'a', text: 'a', at: 0 } })
  node.send({ payload: { change: 'raised', key: 'b', text: 'b', at: 1 } })
  node.advance(20)
  const html = server.mails[0]?.html ?? ''
  expect(html).not.toContain('javascript')
  expect(html).toContain('href="https://plant.example.org/&quot;x&quot;"')
})
