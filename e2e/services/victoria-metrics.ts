import { join } from 'node:path'
import { startService, type Service } from './service.ts'
import { isAnswering } from './until.ts'

export interface MetricSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly number[]
  readonly timestamps: readonly number[]
}

export interface VictoriaMetrics extends Service {
  readonly url: string
  /** Where it takes line protocol over TCP and UDP; with `hasLineSocket` only. */
  readonly linePort: number
  /** All stored samples of the series that match a selector, such as `{__name__!=""}`. */
  series(selector: string): Promise<MetricSeries[]>
}

/**
 * A VictoriaMetrics on the loopback interface, for InfluxDB's 2.x write path (`/api/v2/write`).
 * It drops bad lines and text fields without a word: no use for testing errors.
 */
export async function startVictoriaMetrics(
  options: { readonly port?: number; readonly hasLineSocket?: boolean } = {},
): Promise<VictoriaMetrics> {
  const service = await startService({
    name: 'victoria-metrics',
    portCount: 2,
    port: options.port,
    prepare: (folder, [port, linePort]) =>
      Promise.resolve([
        `-storageDataPath=${join(folder, 'storage')}`,
        `-httpListenAddr=127.0.0.1:${port}`,
        '-retentionPeriod=100y',
        '-memory.allowedBytes=200MB',
        // The same point written twice is one, as in InfluxDB.
        '-dedup.minScrapeInterval=1ms',
        '-loggerLevel=WARN',
        ...(options.hasLineSocket === true ? [`-influxListenAddr=127.0.0.1:${linePort}`] : []),
      ]),
    isReady: ([port]) => isAnswering(`http://127.0.0.1:${port}/health`),
  })
  const url = `http://127.0.0.1:${service.port}`
  const series = (selector: string) => exportSeries(url, selector)
  return Object.assign(service, { url, linePort: service.ports[1] ?? 0, series })
}

async function exportSeries(url: string, selector: string): Promise<MetricSeries[]> {
  // What was just written shows in a search only once it is flushed.
  await fetch(`${url}/internal/force_flush`)
  // Without an end it leaves out what is younger than a second.
  const all = new URLSearchParams({ 'match[]': selector, start: '0', end: '4102444800' })
  const response = await fetch(`${url}/api/v1/export?${all}`)
  const text = await response.text()
  if (!response.ok) throw new Error(`victoria-metrics: ${text}`)
  const lines = text.split('\n').filter((line) => line !== '')
  // One series a line, in the server's documented shape.
  return lines.map((line) => JSON.parse(line) as MetricSeries)
}
