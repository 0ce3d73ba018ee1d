import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { get as getPlain, type IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeCertificate } from './certificate.ts'
import { programOf } from './program.ts'
import { startService, type Service } from './service.ts'

export interface PrometheusOptions {
  readonly port?: number
  /** Its configuration file as YAML; without it, nothing is scraped. */
  readonly configuration?: string
  /** What is to be in it from the start, as OpenMetrics text with times; takes promtool. */
  readonly samples?: string
  /** Speaks TLS with a certificate of its own making, and asks for `guardedUser`. */
  readonly isGuarded?: boolean
}

/** Name and password that a guarded Prometheus asks for; it wants the latter hashed by bcrypt. */
export const guardedUser = { name: 'plant', password: 'a-right-password' } as const
const guardedHash = '$2b$04$s7zlq2ZvAJBAfsLOlX6MzeqOdiGTa/GHjM7.idqyPiC5JkTqfkJYK'

/** One series of an answer, with its value now or its values over time. */
export interface PrometheusSeries {
  readonly metric: Readonly<Record<string, string>>
  /** Seconds since the epoch, and the value as text. */
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

export interface Prometheus extends Service {
  readonly url: string
  /** What a client must trust to come in by TLS, as PEM text; `undefined` without it. */
  readonly authority: string | undefined
  /** Runs PromQL at the present moment, or at one in milliseconds. Throws what it says is wrong. */
  query(text: string, atMs?: number): Promise<PrometheusSeries[]>
}

/** A Prometheus on the loopback interface that scrapes as it is told and takes remote write. */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<Prometheus> {
  const { isGuarded = false } = options
  let authority: string | undefined
  const service = await startService({
    name: 'prometheus',
    portCount: 1,
    port: options.port,
    async prepare(folder, [port]) {
      const file = join(folder, 'prometheus.yml')
      await writeFile(file, options.configuration ?? 'scrape_configs: []\n')
      const storage = join(folder, 'storage')
      if (options.samples !== undefined) await fill(folder, storage, options.samples)
      if (isGuarded) authority = await guard(folder)
      return [
        `--config.file=${file}`,
        `--storage.tsdb.path=${storage}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
        '--log.level=warn',
        ...(isGuarded ? [`--web.config.file=${join(folder, 'web.yml')}`] : []),
      ]
    },
    isReady: async ([port]) => {
      const url = `${isGuarded ? 'https' : 'http'}://127.0.0.1:${port}`
      return (await ask({ url, authority }, '/-/ready').catch(() => undefined))?.status === 200
    },
  })
  const url = `${isGuarded ? 'https' : 'http'}://127.0.0.1:${service.port}`
  const place = { url, authority }
  return Object.assign(service, {
    url,
    authority,
    query: (text: string, atMs?: number) => query(place, text, atMs),
  })
}

async function fill(folder: string, storage: string, samples: string): Promise<void> {
  const file = join(folder, 'samples.txt')
  await writeFile(file, samples)
  const command = ['tsdb', 'create-blocks-from', 'openmetrics', file, storage]
  await promisify(execFile)(programOf('promtool'), command)
}

/** Writes its web configuration; gives the certificate that it shows. */
async function guard(folder: string): Promise<string> {
  const { keyFile, certificateFile } = await makeCertificate(folder)
  const lines = [
    'tls_server_config:',
    `  cert_file: ${certificateFile}`,
    `  key_file: ${keyFile}`,
    'basic_auth_users:',
    `  ${guardedUser.name}: ${guardedHash}`,
  ]
  await writeFile(join(folder, 'web.yml'), `${lines.join('\n')}\n`)
  return readFile(certificateFile, 'utf8')
}

interface Place {
  readonly url: string
  readonly authority: string | undefined
}

function ask(
  { url, authority }: Place,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const { name, password } = guardedUser
  return new Promise((resolve, reject) => {
    const read = (response: IncomingMessage): void => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    }
    const request =
      authority === undefined
        ? getPlain(`${url}${path}`, read)
        : getSecure(`${url}${path}`, { ca: authority, auth: `${name}:${password}` }, read)
    request.on('error', reject)
  })
}

interface QueryAnswer {
  readonly status: string
  readonly error?: string
  readonly data?: { readonly result: readonly PrometheusSeries[] }
}

async function query(place: Place, text: string, atMs?: number): Promise<PrometheusSeries[]> {
  const parameters = new URLSearchParams({ query: text })
  if (atMs !== undefined) parameters.set('time', String(atMs / 1000))
  const reply = await ask(place, `/api/v1/query?${parameters.toString()}`)
  // The server's documented answer; a test that reads nonsense fails by itself.
  const answer = JSON.parse(reply.text) as QueryAnswer
  if (answer.error !== undefined) throw new Error(`prometheus: ${answer.error} (${text})`)
  return [...(answer.data?.result ?? [])]
}
