import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startService, type Service } from './service.ts'
import { isAnswering } from './until.ts'

export interface VmagentOptions {
  /** Where it sends what it got, by remote write. */
  readonly remoteWriteUrl: string
  /** What it scrapes, as YAML. */
  readonly configuration?: string
  readonly flags?: readonly string[]
}

export interface Vmagent extends Service {
  /** Takes line protocol at `/write`, and Prometheus' text at `/api/v1/import/prometheus`. */
  readonly url: string
}

/** A vmagent on the loopback interface: a sender of remote write that keeps what was not taken. */
export async function startVmagent(options: VmagentOptions): Promise<Vmagent> {
  const service = await startService({
    name: 'vmagent',
    portCount: 1,
    async prepare(folder, [port]) {
      const file = join(folder, 'scrape.yml')
      await writeFile(file, options.configuration ?? 'scrape_configs: []\n')
      return [
        `-promscrape.config=${file}`,
        `-remoteWrite.url=${options.remoteWriteUrl}`,
        `-remoteWrite.tmpDataPath=${join(folder, 'waiting')}`,
        '-remoteWrite.flushInterval=100ms',
        '-remoteWrite.queues=1',
        `-httpListenAddr=127.0.0.1:${port}`,
        '-memory.allowedBytes=100MB',
        '-loggerLevel=WARN',
        ...(options.flags ?? []),
      ]
    },
    isReady: ([port]) => isAnswering(`http://127.0.0.1:${port}/health`),
  })
  return Object.assign(service, { url: `http://127.0.0.1:${service.port}` })
}
