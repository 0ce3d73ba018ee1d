import { startWebReceiver } from '../receivers/web-receiver.ts'
import type { ReceivedPost, WebAnswer } from '../receivers/web-receiver.ts'
import type { Connector } from '../suite/connector.ts'
import { eachAlone } from './notify-webhook.ts'

const integrationKey = 'a-right-integration-key'
const { rateMessages, ratePeriodMs, waitingMax } = eachAlone

/** As the Events API has it. */
const usual: WebAnswer = { status: 202, body: '{"status":"success","message":"Event processed"}' }

export const notifyPagerduty: Connector = {
  system: 'PagerDuty',
  against: 'our own receiver in the place of PagerDuty',
  services: [],
  nodes: { connection: 'notify/pagerduty-service', sink: 'notify/pagerduty' },
  open: async () => {
    const receiver = await startWebReceiver({ usual })
    const { url } = receiver
    const at = (other: string) => ({ config: { url: other } })
    return {
      server: {
        kill: () => receiver.kill(),
        restart: () => receiver.restart(),
        stop: () => receiver.kill(),
        halt: () => receiver.halt(),
      },
      connection: {
        config: { region: 'other', url, timeoutMs: 3_000 },
        secrets: { integrationKey },
      },
      sink: {
        config: (place) => ({
          service: 'peer',
          source: place,
          dedupKey: `${place}/{{ payload.n }}`,
          rateMessages,
          ratePeriodMs,
          waitingMax,
        }),
        watch: (place) =>
          Promise.resolve({ numbers: () => Promise.resolve(incidents(receiver.taken, place)) }),
      },
      mistakes: [
        {
          name: 'a port where nobody listens',
          change: at('http://127.0.0.1:9/v2/enqueue'),
          names: /Address/,
        },
        {
          name: 'a name that leads nowhere',
          change: at('http://nowhere.invalid/v2/enqueue'),
          names: /Address/,
        },
        {
          name: 'TLS where there is none',
          change: at(url.replace('http:', 'https:')),
          names: /TLS.*Address/,
        },
      ],
    }
  },
}

/** Events with the same key belong to one incident, as PagerDuty has it. */
function incidents(posts: readonly ReceivedPost[], place: string): readonly number[] {
  const keys = posts.map(({ body }) => (JSON.parse(body) as { dedup_key: string }).dedup_key)
  return [...new Set(keys)].flatMap((key) => {
    const found = new RegExp(`^${place}/(\\d+)$`).exec(key)
    return found === null ? [] : [Number(found[1])]
  })
}
