import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startService, type Service } from './service.ts'
import { isAnswering } from './until.ts'

export interface AlertmanagerOptions {
  /** Where it sends what it is told of. */
  readonly webhookUrl: string
  /** Further lines of its `http_config`, such as an authorization. */
  readonly httpConfig?: readonly string[]
}

/** An alert as clients tell it of. */
export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly startsAt?: string
  readonly endsAt?: string
}

export interface Alertmanager extends Service {
  readonly url: string
  tell(alerts: readonly PostedAlert[]): Promise<void>
}

/** An Alertmanager on the loopback interface that calls a webhook at once. */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<Alertmanager> {
  const service = await startService({
    name: 'alertmanager',
    portCount: 1,
    async prepare(folder, [port]) {
      const file = join(folder, 'alertmanager.yml')
      await writeFile(file, configuration(options))
      return [
        `--config.file=${file}`,
        `--storage.path=${join(folder, 'storage')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
        '--log.level=warn',
      ]
    },
    isReady: ([port]) => isAnswering(`http://127.0.0.1:${port}/-/ready`),
  })
  const url = `http://127.0.0.1:${service.port}`
  return Object.assign(service, {
    url,
    tell: (alerts: readonly PostedAlert[]) => tell(url, alerts),
  })
}

function configuration({ webhookUrl, httpConfig = [] }: AlertmanagerOptions): string {
  const http = ['http_config:', ...httpConfig.map((line) => `  ${line}`)]
  return `route:
  receiver: flow
  group_by: ['...']
  group_wait: 10ms
  group_interval: 100ms
  repeat_interval: 1h
receivers:
  - name: flow
    webhook_configs:
      - url: ${webhookUrl}
        send_resolved: true
${httpConfig.length === 0 ? '' : http.map((line) => `        ${line}\n`).join('')}`
}

async function tell(url: string, alerts: readonly PostedAlert[]): Promise<void> {
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  })
  if (!response.ok) throw new Error(`alertmanager: ${await response.text()}`)
}
