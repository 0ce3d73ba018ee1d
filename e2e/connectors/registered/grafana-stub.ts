import { startGrafanaStub } from '@millrace/services'
import type { GrafanaStub } from '@millrace/services'
import type { Connector, Mistake } from '../suite/connector.ts'

/** Grafana is in no registry: a stub of its published API stands for it. */
export const grafanaStub: Connector = {
  system: 'Grafana',
  against: "a stub of Grafana's published API",
  services: [],
  nodes: {
    connection: 'grafana/connection',
    sink: 'grafana/annotation',
  },
  open: async () => {
    const stub = await startGrafanaStub()
    return {
      server: stub,
      connection: {
        config: { url: stub.url, timeoutMs: 2000 },
        secrets: { token: stub.token },
      },
      sink: {
        config: annotationOf,
        watch: (place) =>
          Promise.resolve({ numbers: () => Promise.resolve(numbersOf(stub, place)) }),
        refuses: ['empty', 'binary', 'malformed'],
      },
      mistakes: mistakesAt(stub),
    }
  },
}

const annotationOf = (place: string) => ({
  server: 'peer',
  text: '{{ payload.n }}',
  tags: [{ id: 'place', tag: place }],
  time: 'payload.at',
  bufferItems: 400,
})

function numbersOf({ annotations }: GrafanaStub, place: string): readonly number[] {
  const mine = annotations.filter(({ tags }) => tags.includes(place))
  return mine.map(({ text }) => Number(text))
}

export function mistakesAt({ url }: GrafanaStub): readonly Mistake[] {
  const wrong = { secrets: { token: 'glsa_another-token' } }
  const at = (place: string) => ({ config: { url: place } })
  return [
    { name: 'a wrong token', change: wrong, names: /Token of a service account/ },
    { name: 'a wrong host', change: at('http://nowhere.invalid:3000'), names: /Address/ },
    { name: 'a wrong port', change: at('http://127.0.0.1:1'), names: /Address/ },
    {
      name: 'TLS where there is none',
      change: at(url.replace('http:', 'https:')),
      names: /Address/,
    },
  ]
}
