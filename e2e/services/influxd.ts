import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startService, type Service } from './service.ts'
import { isAnswering } from './until.ts'

export interface InfluxdOptions {
  readonly port?: number
  /** Asks everybody for a password; this one is its first administrator. */
  readonly user?: { readonly name: string; readonly password: string }
  /** Databases to create at once. */
  readonly databases?: readonly string[]
  /** Longer writes are answered with 413. */
  readonly bodyBytesMax?: number
}

/** One row of an answer: its columns, its tags and the name of its measurement. */
export type Row = Record<string, unknown>

export interface Influxd extends Service {
  readonly url: string
  /** Runs InfluxQL; times come back in milliseconds. Throws what the server says is wrong. */
  query(text: string, database?: string): Promise<Row[]>
}

/** An InfluxDB 1.x on the loopback interface. */
export async function startInfluxd(options: InfluxdOptions = {}): Promise<Influxd> {
  const service = await startService({
    name: 'influxd',
    portCount: 2,
    port: options.port,
    async prepare(folder, ports) {
      const file = join(folder, 'influxdb.conf')
      await writeFile(file, configuration(folder, ports, options))
      return ['-config', file]
    },
    isReady: ([port]) => isAnswering(`http://127.0.0.1:${port}/ping`),
  })
  const url = `http://127.0.0.1:${service.port}`
  const query = (text: string, database?: string) =>
    ask(url, { text, database, user: options.user })
  const influxd = Object.assign(service, { url, query })
  try {
    await setUp(influxd, options)
    return influxd
  } catch (error) {
    await influxd.stop()
    throw error
  }
}

async function setUp(influxd: Influxd, { user, databases = [] }: InfluxdOptions): Promise<void> {
  if (user !== undefined) {
    await influxd.query(
      `CREATE USER "${user.name}" WITH PASSWORD '${user.password}' WITH ALL PRIVILEGES`,
    )
  }
  for (const database of databases) await influxd.query(`CREATE DATABASE "${database}"`)
}

function configuration(
  folder: string,
  [httpPort, internalPort]: readonly number[],
  { user, bodyBytesMax = 25_000_000 }: InfluxdOptions,
): string {
  return `
reporting-disabled = true
bind-address = "127.0.0.1:${internalPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${httpPort}"
  auth-enabled = ${user !== undefined}
  log-enabled = false
  max-body-size = ${bodyBytesMax}
[logging]
  level = "warn"
`
}

interface Question {
  readonly text: string
  readonly database?: string | undefined
  readonly user?: InfluxdOptions['user']
}

interface Answer {
  readonly error?: string
  readonly results?: readonly {
    readonly error?: string
    readonly series?: readonly Series[]
  }[]
}

interface Series {
  readonly name?: string
  readonly tags?: Row
  readonly columns: readonly string[]
  readonly values?: readonly (readonly unknown[])[]
}

async function ask(url: string, { text, database, user }: Question): Promise<Row[]> {
  const parameters = new URLSearchParams({ q: text, epoch: 'ms' })
  if (database !== undefined) parameters.set('db', database)
  const headers =
    user === undefined ? {} : { authorization: `Basic ${btoa(`${user.name}:${user.password}`)}` }
  const response = await fetch(`${url}/query`, { method: 'POST', body: parameters, headers })
  // The server's documented answer; a test that reads nonsense fails by itself.
  const answer = (await response.json()) as Answer
  const results = answer.results ?? []
  const error = answer.error ?? results.find((result) => result.error !== undefined)?.error
  if (error !== undefined) throw new Error(`influxd: ${error} (${text})`)
  return results.flatMap(({ series = [] }) => series.flatMap(rowsOf))
}

function rowsOf({ name, tags, columns, values = [] }: Series): Row[] {
  return values.map((value) => {
    const row: Row = { ...tags }
    if (name !== undefined) row['measurement'] = name
    columns.forEach((column, index) => (row[column] = value[index]))
    return row
  })
}
