import { startWebReceiver } from '../receivers/web-receiver.ts'
import type { ReceivedPost } from '../receivers/web-receiver.ts'
import type { Connector, Mistake, Secrets } from '../suite/connector.ts'

const signingKey = 'a-right-signing-key'

/** One message for each number, as fast as the receiver takes them. */
export const eachAlone = {
  groupBy: 'payload.n',
  groupIntervalMs: 0,
  rateMessages: 10_000,
  ratePeriodMs: 1_000,
  waitingMax: 200,
} as const

export const notifyWebhook = connectorOf({
  service: 'generic',
  against: 'our own server',
  more: { signingKey },
})

/** A chat of others, in whose place a receiver of ours stands that answers as the chat does. */
export function chatService(service: keyof typeof answers, name: string): Connector {
  const against = `our own receiver in the place of ${name}`
  return { ...connectorOf({ service, against, more: {} }), leavesOut: asWebhook }
}

const reason = 'queue and calls are those of the webhook of our own server; the messages differ'
const asWebhook = { server: reason, deaths: reason }

/** As their documentation has it. */
const answers = {
  slack: { status: 200, body: 'ok' },
  teams: { status: 202, body: '' },
  discord: { status: 204, body: '' },
  generic: { status: 200, body: 'ok' },
} as const

function connectorOf({
  service,
  against,
  more,
}: {
  readonly service: keyof typeof answers
  readonly against: string
  readonly more: Secrets
}): Connector {
  return {
    system: 'Chat and webhooks',
    against,
    services: [],
    nodes: { connection: 'notify/webhook', sink: 'notify/chat' },
    open: async () => {
      const receiver = await startWebReceiver({ usual: answers[service] })
      const { url } = receiver
      return {
        server: {
          kill: () => receiver.kill(),
          restart: () => receiver.restart(),
          stop: () => receiver.kill(),
          halt: () => receiver.halt(),
        },
        connection: { config: { service, timeoutMs: 3_000 }, secrets: { url, ...more } },
        sink: {
          config: (place) => ({
            ...eachAlone,
            channel: 'peer',
            text: `${place} is {{ payload.n }}.`,
          }),
          watch: (place) =>
            Promise.resolve({
              numbers: () =>
                Promise.resolve(receiver.taken.flatMap((post) => numberIn(post, place))),
            }),
        },
        mistakes: mistakesAt(url),
      }
    },
  }
}

function mistakesAt(url: string): readonly Mistake[] {
  const at = (other: string) => ({ secrets: { url: other } })
  return [
    {
      name: 'a port where nobody listens',
      change: at('http://127.0.0.1:9/hooks/wrong-port'),
      names: /Webhook address/,
    },
    {
      name: 'a name that leads nowhere',
      change: at('http://nowhere.invalid/hooks/wrong-name'),
      names: /Webhook address/,
    },
    {
      name: 'TLS where there is none',
      change: at(url.replace('http:', 'https:')),
      names: /TLS.*Webhook address/,
    },
    {
      name: 'an address that is none',
      change: at('hooks.example.org/no-scheme'),
      names: /Webhook address/,
    },
  ]
}

function numberIn({ body }: ReceivedPost, place: string): readonly number[] {
  const found = new RegExp(`${place} is (-?\\d+)\\.`).exec(body)
  return found === null ? [] : [Number(found[1])]
}
