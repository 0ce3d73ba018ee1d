import { guardedUser, startPrometheus } from '@millrace/services'
import type { Prometheus } from '@millrace/services'
import type { Connector, Mistake } from '../suite/connector.ts'

export const prometheusPrometheus: Connector = {
  system: 'Prometheus',
  against: 'prometheus 2.42',
  services: ['prometheus', 'openssl'],
  nodes: {
    connection: 'prometheus/connection',
    sink: 'prometheus/write',
    more: { 'prometheus/scrape': 'prometheus 2.42, by tests of its own' },
  },
  open: async () => {
    const prometheus = await startPrometheus({ isGuarded: true })
    // It takes nothing that is hours older than the newest it has.
    const startMs = Date.now()
    return {
      server: prometheus,
      connection: {
        config: {
          url: `${prometheus.url}/api/v1/write`,
          auth: 'basic',
          username: guardedUser.name,
          ca: prometheus.authority,
          timeoutMs: 2000,
        },
        secrets: { password: guardedUser.password },
      },
      sink: {
        config: (place) => sampleOf(place, startMs),
        watch: (place) => Promise.resolve({ numbers: () => numbersOf(prometheus, place) }),
        refuses: ['empty', 'binary', 'malformed'],
      },
      mistakes: mistakesAt(prometheus),
    }
  },
}

/** A series for each number, so that their order is free. Small bounds, so that slowness is felt. */
const sampleOf = (place: string, startMs: number) => ({
  server: 'peer',
  metric: 'suite',
  value: 'payload.n',
  labels: [
    { id: 'place', name: 'place', value: `"${place}"` },
    { id: 'n', name: 'n', value: 'payload.n' },
  ],
  time: `${startMs} + payload.n`,
  batchItems: 50,
  batchAgeMs: 20,
  bufferItems: 400,
})

async function numbersOf(prometheus: Prometheus, place: string): Promise<readonly number[]> {
  const series = await prometheus.query(
    `last_over_time(suite{place="${place}"}[1d])`,
    Date.now() + 3_600_000,
  )
  return series.map(({ metric }) => Number(metric['n']))
}

export function mistakesAt({ url }: Prometheus): readonly Mistake[] {
  const at = (place: string) => ({ config: { url: place } })
  const wrong = { secrets: { password: 'a-wrong-password' } }
  return [
    { name: 'a wrong password', change: wrong, names: /Sign-in/ },
    { name: 'a wrong host', change: at('http://nowhere.invalid:9090/'), names: /Address/ },
    { name: 'a wrong port', change: at('https://127.0.0.1:1/api/v1/write'), names: /Address/ },
    { name: 'a wrong path', change: at(`${url}/api/v1/nothing`), names: /Address/ },
    {
      name: 'an unknown authority',
      change: { config: { ca: '' } },
      names: /Certificate authority/,
    },
    {
      name: 'no TLS where there is',
      change: at(`${url.replace('https:', 'http:')}/api/v1/write`),
      names: /Address/,
    },
  ]
}
