import { startPrometheus } from '@millrace/services'
import type { Prometheus } from '@millrace/services'
import type { Connector, ProductPlaces, Watching } from '../suite/connector.ts'

const token = 'a-right-token-of-scrapes'
const path = '/suite/metrics'

/** A counter for each number: it stands at how often the number was counted. */
export const prometheusExpose: Connector = {
  system: 'Prometheus',
  against: 'prometheus 2.42',
  services: ['prometheus'],
  nodes: { sink: 'prometheus/expose' },
  leavesOut: {
    server: 'Prometheus comes to us',
    mistakes: 'whoever scrapes has the address, and a flow with a taken path does not start',
  },
  open: (places) => {
    let started: Promise<Prometheus> | undefined
    return Promise.resolve({
      sink: {
        config: (place) => ({
          path,
          admission: 'token',
          metrics: [{ id: 'c', name: 'suite_total', type: 'counter', value: 'payload.n * 0 + 1' }],
          labels: [
            { id: 'place', name: 'place', value: `"${place}"` },
            { id: 'n', name: 'n', value: 'payload.n' },
          ],
          seriesMax: 100_000,
          expireAfterMs: 0,
        }),
        secrets: { admitToken: token },
        watch: async (place) => {
          started ??= startScraping(places)
          return watching(await started, place)
        },
        refuses: ['empty', 'binary', 'malformed'],
      },
      close: async () => (await started)?.stop(),
    })
  },
}

async function startScraping({ flowUrl }: ProductPlaces): Promise<Prometheus> {
  const { host } = new URL(await flowUrl())
  return startPrometheus({
    configuration: `scrape_configs:
  - job_name: flow
    scrape_interval: 200ms
    scrape_timeout: 200ms
    metrics_path: ${path}
    authorization: { credentials: ${token} }
    static_configs: [{ targets: ['${host}'] }]
`,
  })
}

function watching(prometheus: Prometheus, place: string): Watching {
  return {
    numbers: async () => {
      const series = await prometheus.query(`suite_total{place="${place}"}`)
      return series.flatMap(({ metric, value: [, times] = [0, '0'] }) => {
        const n = Number(metric['n'])
        return n < 0 ? [] : Array.from({ length: Number(times) }, () => n)
      })
    },
  }
}
