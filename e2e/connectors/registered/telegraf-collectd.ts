import { startCollectd } from '@millrace/services'
import type { Collectd } from '@millrace/services'
import type { Connector, ProductPlaces } from '../suite/connector.ts'

const token = 'a-right-token-of-collectd'

/** collectd forgets what was not taken at once. */
export const telegrafCollectd: Connector = {
  system: 'Telegraf in',
  against: 'collectd 5.12',
  services: ['collectd'],
  nodes: { source: 'telegraf/in' },
  leavesOut: {
    server: 'senders come to us',
    mistakes: 'whoever calls in has the address, and a flow with a taken path does not start',
    'raw payloads': 'collectd has one form of values',
    deaths: 'collectd does not send again what got no answer',
    pressure: 'collectd does not send again what was refused',
  },
  open: (places) => {
    const senders = new Map<string, Collectd>()
    return Promise.resolve({
      source: {
        config: (place) => ({ prefix: `/${place}`, admission: 'basic', admitUser: 'collectd' }),
        secrets: { admitPassword: token },
        write: async (place, numbers) => {
          const collectd = senders.get(place) ?? (await senderFor(places, place))
          senders.set(place, collectd)
          await collectd.put(numbers.map((n) => ({ name: `suite/gauge-${n}`, value: n })))
          return numbers
        },
        // A point, as the node makes it.
        numberIn: (payload) => (payload as { readonly fields: { value: number } }).fields.value,
      },
      close: () => Promise.all([...senders.values()].map((sender) => sender.stop())),
    })
  },
}

async function senderFor({ flowUrl }: ProductPlaces, place: string): Promise<Collectd> {
  const user = { name: 'collectd', password: token }
  return startCollectd({ url: `${await flowUrl()}/${place}/telegraf`, user, isFed: true })
}
