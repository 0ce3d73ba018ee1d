import { startWebReceiver } from '../receivers/web-receiver.ts'
import type { ReceivedPost } from '../receivers/web-receiver.ts'
import type { Connector } from '../suite/connector.ts'

const signingKey = 'a-right-signing-key'

/** One message for each number, as fast as the receiver takes them. */
export const eachAlone = {
  groupBy: 'payload.n',
  groupIntervalMs: 0,
  rateMessages: 10_000,
  ratePeriodMs: 1_000,
  waitingMax: 200,
} as const

export const notifyWebhook: Connector = {
  system: 'Chat and webhooks',
  against: 'our own server',
  services: [],
  nodes: {
    connection: 'notify/webhook',
    sink: 'notify/chat',
    more: ['notify/pagerduty', 'notify/pagerduty-service'],
  },
  open: async () => {
    const receiver = await startWebReceiver()
    const { url } = receiver
    const config = { service: 'generic', timeoutMs: 3_000 }
    return {
      server: {
        kill: () => receiver.kill(),
        restart: () => receiver.restart(),
        stop: () => receiver.kill(),
        halt: () => receiver.halt(),
      },
      connection: { config, secrets: { url, signingKey } },
      sink: {
        config: (place) => ({
          ...eachAlone,
          channel: 'peer',
          text: `${place} is {{ payload.n }}.`,
        }),
        watch: (place) =>
          Promise.resolve({
            numbers: () => Promise.resolve(receiver.taken.flatMap((post) => numberIn(post, place))),
          }),
      },
      mistakes: [
        {
          name: 'a port where nobody listens',
          change: { secrets: { url: 'http://127.0.0.1:9/hooks/wrong-port' } },
          names: /Webhook address/,
        },
        {
          name: 'a name that leads nowhere',
          change: { secrets: { url: 'http://nowhere.invalid/hooks/wrong-name' } },
          names: /Webhook address/,
        },
        {
          name: 'TLS where there is none',
          change: { secrets: { url: url.replace('http:', 'https:') } },
          names: /TLS.*Webhook address/,
        },
        {
          name: 'an address that is none',
          change: { secrets: { url: 'hooks.example.org/no-scheme' } },
          names: /Webhook address/,
        },
      ],
    }
  },
}

function numberIn({ body }: ReceivedPost, place: string): readonly number[] {
  const found = new RegExp(`${place} is (-?\\d+)\\.`).exec(body)
  return found === null ? [] : [Number(found[1])]
}
