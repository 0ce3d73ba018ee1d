import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { programOf } from './program.ts'
import { startService, type Service } from './service.ts'
import { isAnswering } from './until.ts'

export interface PrometheusOptions {
  readonly port?: number
  /** Its configuration file as YAML; without it, nothing is scraped. */
  readonly configuration?: string
  /** What is to be in it from the start, as OpenMetrics text with times; takes promtool. */
  readonly samples?: string
}

/** One series of an answer, with its value now or its values over time. */
export interface PrometheusSeries {
  readonly metric: Readonly<Record<string, string>>
  /** Seconds since the epoch, and the value as text. */
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

export interface Prometheus extends Service {
  readonly url: string
  /** Runs PromQL at the present moment, or at one in milliseconds. Throws what it says is wrong. */
  query(text: string, atMs?: number): Promise<PrometheusSeries[]>
}

/** A Prometheus on the loopback interface that scrapes as it is told and takes remote write. */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<Prometheus> {
  const service = await startService({
    name: 'prometheus',
    portCount: 1,
    port: options.port,
    async prepare(folder, [port]) {
      const file = join(folder, 'prometheus.yml')
      await writeFile(file, options.configuration ?? 'scrape_configs: []\n')
      const storage = join(folder, 'storage')
      if (options.samples !== undefined) await fill(folder, storage, options.samples)
      return [
        `--config.file=${file}`,
        `--storage.tsdb.path=${storage}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
        '--log.level=warn',
      ]
    },
    isReady: ([port]) => isAnswering(`http://127.0.0.1:${port}/-/ready`),
  })
  const url = `http://127.0.0.1:${service.port}`
  return Object.assign(service, {
    url,
    query: (text: string, atMs?: number) => ask(url, text, atMs),
  })
}

async function fill(folder: string, storage: string, samples: string): Promise<void> {
  const file = join(folder, 'samples.txt')
  await writeFile(file, samples)
  const command = ['tsdb', 'create-blocks-from', 'openmetrics', file, storage]
  await promisify(execFile)(programOf('promtool'), command)
}

interface QueryAnswer {
  readonly status: string
  readonly error?: string
  readonly data?: { readonly result: readonly PrometheusSeries[] }
}

async function ask(url: string, text: string, atMs?: number): Promise<PrometheusSeries[]> {
  const parameters = new URLSearchParams({ query: text })
  if (atMs !== undefined) parameters.set('time', String(atMs / 1000))
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body: parameters })
  // The server's documented answer; a test that reads nonsense fails by itself.
  const answer = (await response.json()) as QueryAnswer
  if (answer.error !== undefined) throw new Error(`prometheus: ${answer.error} (${text})`)
  return [...(answer.data?.result ?? [])]
}
