import { startGrafanaStub } from '@millrace/services'
import type { GrafanaStub } from '@millrace/services'
import type { Connector } from '../suite/connector.ts'
import { mistakesAt } from './grafana-stub.ts'

export const grafanaLive: Connector = {
  system: 'Grafana',
  against: "a stub of Grafana's published API",
  services: [],
  nodes: { connection: 'grafana/connection', sink: 'grafana/live' },
  open: async () => {
    const stub = await startGrafanaStub()
    return {
      server: stub,
      connection: {
        config: { url: stub.url, timeoutMs: 2000 },
        secrets: { token: stub.token },
      },
      sink: {
        config: (place) => ({
          server: 'peer',
          stream: place,
          measurement: 'suite',
          fields: [{ id: 'n', name: 'n', value: 'payload.n', type: 'integer' }],
          time: 'payload.at',
          batchItems: 50,
          batchAgeMs: 20,
          bufferItems: 400,
          retryForMs: 0,
        }),
        watch: (place) =>
          Promise.resolve({ numbers: () => Promise.resolve(numbersOf(stub, place)) }),
        refuses: ['empty', 'binary', 'malformed'],
      },
      mistakes: mistakesAt(stub),
    }
  },
}

function numbersOf({ live }: GrafanaStub, stream: string): readonly number[] {
  return (live.get(stream) ?? []).flatMap((line) => {
    const n = Number(/ n=(-?\d+)i /.exec(line)?.[1])
    return n >= 0 ? [n] : []
  })
}
