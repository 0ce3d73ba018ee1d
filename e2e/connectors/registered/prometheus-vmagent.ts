import { startVmagent } from '@millrace/services'
import type { Vmagent } from '@millrace/services'
import type { Connector, ProductPlaces } from '../suite/connector.ts'

const token = 'a-right-token-of-vmagent'

export const prometheusVmagent: Connector = {
  system: 'Prometheus remote write in',
  against: 'vmagent 1.79',
  services: ['vmagent'],
  nodes: { source: 'prometheus/receive' },
  leavesOut: {
    server: 'senders come to us',
    mistakes: 'whoever calls in has the address, and a flow with a taken path does not start',
    'raw payloads': 'there is one form of remote write',
  },
  open: (places) => {
    const agents = new Map<string, Vmagent>()
    return Promise.resolve({
      source: {
        config: (place) => ({ path: `/${place}`, admission: 'token' }),
        secrets: { admitToken: token },
        write: async (place, numbers) => {
          const agent = agents.get(place) ?? (await agentFor(places, place))
          agents.set(place, agent)
          return hand(agent, numbers)
        },
        numberIn: valueOf,
        numberExpression: 'payload.value',
      },
      close: () => Promise.all([...agents.values()].map((agent) => agent.stop())),
    })
  },
}

async function agentFor({ flowUrl }: ProductPlaces, place: string): Promise<Vmagent> {
  const flags = ['-remoteWrite.maxRowsPerBlock=50', `-remoteWrite.bearerToken=${token}`]
  return startVmagent({ remoteWriteUrl: `${await flowUrl()}/${place}`, flags })
}

function valueOf(payload: unknown): unknown {
  // A sample, as the node makes it.
  return (payload as { readonly value?: unknown }).value
}

/** It keeps on disk what it was given, and sends it until it is taken. */
async function hand(agent: Vmagent, numbers: readonly number[]): Promise<readonly number[]> {
  const body = numbers.map((n) => `suite ${n} ${1_700_000_000_000 + n}\n`).join('')
  const url = `${agent.url}/api/v1/import/prometheus`
  const response = await fetch(url, { method: 'POST', body })
  return response.status === 204 ? numbers : []
}
