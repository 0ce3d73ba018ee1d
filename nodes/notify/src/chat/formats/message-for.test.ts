import { expect, test } from 'vitest'
import type { Announcement } from '../../policy/dispatch.ts'
import { itemOf } from '../../policy/item.ts'
import { messageFor } from './message-for.ts'

const alert = (key: string, more: object = {}) =>
  itemOf(
    {
      payload: {
        change: 'raised',
        key,
        severity: 'critical',
        text: `<!channel> *${key}* & [co](http://x)`,
        value: 83,
        time: 1_767_225_600_000,
        since: 1_767_225_600_000,
        ...more,
      },
    },
    { now: 0, link: 'https://grafana.example.org/d?x=(1)&y=a|b' },
  )
const announcement = (count: number): Announcement => ({
  items: Array.from({ length: count }, (_, at) => alert(`p${at}`)),
  passed: 0,
  id: 'abc',
  share: 1,
})
const form = (service: Parameters<typeof messageFor>[0], count = 1) =>
  JSON.parse(messageFor(service, announcement(count), { prefix: '', listedMax: 100 })) as object

test('Slack gets an attachment with an edge in a colour, and calls nobody', () => {
  expect(form('slack')).toEqual({
    attachments: [
      {
        fallback: 'Critical: &lt;!channel&gt; *p0* &amp; [co](http://x)',
        color: '#d1242f',
        text: '*Critical* &lt;!channel&gt; *p0* &amp; [co](http://x) <https://grafana.example.org/d?x=(1)&amp;y=a%7Cb|Open>',
        mrkdwn_in: ['text'],
      },
    ],
  })
  expect(form('slack', 30)).toMatchObject({
    attachments: [{ title: '30 alerts: 30 raised', footer: 'and 10 more' }],
  })
})

test('Teams gets an adaptive card as workflows take it', () => {
  const { attachments, type } = form('teams') as {
    attachments: [{ content: object }]
    type: string
  }
  expect(type).toBe('message')
  expect(attachments[0]).toMatchObject({
    contentType: 'application/vnd.microsoft.card.adaptive',
    content: { type: 'AdaptiveCard', version: '1.4' },
  })
  const { body } = attachments[0].content as { body: object[] }
  expect(JSON.stringify(body[0])).toContain(String.raw`\\*p0\\*`)
  const several = JSON.stringify(form('teams', 2))
  expect(several).toContain('"text":"2 alerts: 2 raised","wrap":true,"weight":"Bolder"')
})

test('Discord gets an embed within its limits, and calls nobody', () => {
  const message = form('discord', 60) as {
    embeds: [{ title: string; description: string; color: number }]
    allowed_mentions: object
  }
  expect(message.allowed_mentions).toEqual({ parse: [] })
  expect(message.embeds[0].color).toBe(0xd1242f)
  expect(message.embeds[0].title).toBe('60 alerts: 60 raised')
  expect(message.embeds[0].description.length).toBeLessThanOrEqual(4096)
  expect(message.embeds[0].description).toContain('and 40 more')
})

test('a web service gets the alerts as data', () => {
  expect(form('generic')).toMatchObject({
    id: 'abc',
    severity: 'critical',
    more: 0,
    passed: 0,
    alerts: [
      { change: 'raised', key: 'p0', value: 83, time: 1_767_225_600_000, severity: 'critical' },
    ],
  })
})

test.each(['slack', 'teams', 'discord', 'generic'] as const)(
  '%s gets no more than it takes',
  (service) => {
    const long = { ...announcement(100) }
    const items = long.items.map((item) => ({ ...item, text: 'ü'.repeat(50_000) }))
    const body = messageFor(
      service,
      { ...long, items, share: 1 / 16 },
      { prefix: '', listedMax: 100 },
    )
    expect(Buffer.byteLength(body)).toBeLessThan(service === 'generic' ? 200_000 : 28_000)
  },
)
