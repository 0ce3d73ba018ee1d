import { startAlertmanager } from '@millrace/services'
import type { Alertmanager } from '@millrace/services'
import type { Connector, ProductPlaces } from '../suite/connector.ts'

const token = 'a-right-token-of-alertmanager'

export const grafanaAlertmanager: Connector = {
  system: 'Alerts of Grafana and Prometheus',
  against: 'Alertmanager 0.25',
  services: ['alertmanager'],
  nodes: { source: 'grafana/alerts' },
  leavesOut: {
    server: 'senders come to us',
    mistakes: 'whoever calls in has the address, and a flow with a taken path does not start',
    'raw payloads': 'there is one form of alerts',
    pressure: 'it tells of one alert in a request, and thousands take it minutes',
  },
  open: (places) => {
    const managers = new Map<string, Alertmanager>()
    return Promise.resolve({
      source: {
        config: (place) => ({ path: `/${place}`, admission: 'token' }),
        secrets: { admitToken: token },
        write: async (place, numbers) => {
          const manager = managers.get(place) ?? (await managerFor(places, place))
          managers.set(place, manager)
          await manager.tell(numbers.map(alertOf))
          return numbers
        },
        // An alert, as the node makes it.
        numberIn: (payload) => (payload as { readonly labels: { readonly n: string } }).labels.n,
      },
      close: () => Promise.all([...managers.values()].map((manager) => manager.stop())),
    })
  },
}

const alertOf = (n: number) => ({ labels: { alertname: 'suite', n: String(n) } })

async function managerFor({ flowUrl }: ProductPlaces, place: string): Promise<Alertmanager> {
  return startAlertmanager({
    webhookUrl: `${await flowUrl()}/${place}`,
    httpConfig: [`authorization: { credentials: ${token} }`],
  })
}
