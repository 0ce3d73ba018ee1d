import type { Connector, ProductPlaces } from '../suite/connector.ts'

const token = 'a-right-token-of-alerts'

export const grafanaWebhook: Connector = {
  system: 'Alerts of Grafana and Prometheus',
  against: 'our own client in the place of Grafana',
  services: [],
  nodes: { source: 'grafana/alerts' },
  leavesOut: {
    server: 'senders come to us',
    mistakes: 'whoever calls in has the address, and a flow with a taken path does not start',
    'raw payloads': 'there is one form of alerts',
  },
  open: (places) =>
    Promise.resolve({
      source: {
        config: (place) => ({ path: `/${place}`, admission: 'token' }),
        secrets: { admitToken: token },
        write: (place, numbers) => tellAll(places, place, numbers),
        numberIn: numberOf,
        numberExpression: 'payload.values.n',
      },
    }),
}

function numberOf(payload: unknown): unknown {
  // An alert, as the node makes it.
  return (payload as { readonly values?: { readonly n?: unknown } }).values?.n
}

const alertsMax = 20

/** In groups, one after the other: what was not answered with 200 is told once more, as senders do. */
async function tellAll(
  places: ProductPlaces,
  place: string,
  numbers: readonly number[],
): Promise<readonly number[]> {
  const accepted: number[] = []
  for (let at = 0; at < numbers.length; at += alertsMax) {
    const group = numbers.slice(at, at + alertsMax)
    // oxlint-disable-next-line no-await-in-loop -- one group after the other
    const isTaken = (await tell(places, place, group)) || (await tell(places, place, group))
    if (isTaken) accepted.push(...group)
  }
  return accepted
}

async function tell(
  { flowUrl }: ProductPlaces,
  place: string,
  numbers: readonly number[],
): Promise<boolean> {
  const alerts = numbers.map((n) => ({
    status: 'firing',
    labels: { alertname: 'suite', n: String(n) },
    annotations: {},
    startsAt: '2026-01-01T00:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: `alert-${n}`,
    values: { n },
  }))
  try {
    const response = await fetch(`${await flowUrl()}/${place}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ version: '4', status: 'firing', receiver: 'suite', alerts }),
    })
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    // The engine is gone for a moment.
    return false
  }
}
