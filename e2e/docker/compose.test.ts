import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findCommand } from '@millrace/services'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const folder = new URL('../../docker/', import.meta.url)
const file = fileURLToPath(new URL('compose.yaml', folder))
const read = (path: string) => readFile(new URL(path, folder), 'utf8')

interface Service {
  readonly image: string
  readonly build?: object
  readonly command?: readonly string[]
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly env_file?: readonly string[]
  readonly healthcheck?: object
  readonly read_only?: boolean
}

// What is expected of it is asserted below, member by member.
const compose = parse(await read('compose.yaml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>
}
const services = Object.entries(compose.services)

/** `docker compose` where the client has it, else the older program of the same name. */
const client = await findClient()
/** In CI nothing may be left out: it fails there. */
const isCi = !['', '0', 'false'].includes(process.env['CI'] ?? '')
const missing = 'neither docker compose nor docker-compose is installed'

describe('the compose file', () => {
  test.skipIf(client === undefined && !isCi)(
    client === undefined ? `is understood by Compose [${missing}]` : 'is understood by Compose',
    async () => {
      const [command = '', ...words] = client ?? []
      const run = promisify(execFile)(command, [...words, '-f', file, 'config'])
      const { stdout, stderr } = await run
      expect(stderr).toBe('')
      // As Compose gives it back, with everything filled in.
      const { services: seen } = parse(stdout) as typeof compose
      expect(Object.keys(seen).toSorted()).toEqual(services.map(([name]) => name).toSorted())
      expect(stdout).not.toContain('${')
    },
    30_000,
  )

  test('has all systems, each at a version', () => {
    expect(services.map(([name]) => name)).toEqual([
      'millrace',
      'mosquitto',
      'kafka',
      'influxdb',
      'grafana',
      'telegraf',
    ])
    const foreign = services.filter(([, { build }]) => build === undefined)
    const loose = foreign.filter(([, { image }]) => !/:\d+\.\d+\.\d+$/.test(image))
    expect(loose).toEqual([])
  })

  test('publishes every port on this machine only', () => {
    const ports = services.flatMap(([, { ports: own = [] }]) => own)
    expect(ports.length).toBeGreaterThan(4)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  })

  test('lets Millrace answer its network by name, and write its own data only', () => {
    const { command, read_only: isReadOnly, volumes } = compose.services['millrace'] ?? {}
    expect(command).toEqual(expect.arrayContaining(['--in-container', '--known-as', 'millrace']))
    expect(isReadOnly).toBe(true)
    expect(volumes).toEqual(['millrace:/data'])
  })

  test('mounts files that are there, and to be read only', () => {
    const mounts = services.flatMap(([, { volumes = [] }]) => volumes)
    const own = mounts.filter((mount) => mount.startsWith('./'))
    expect(own.length).toBeGreaterThan(3)
    expect(own.filter((mount) => !mount.endsWith(':ro'))).toEqual([])
    const environments = services.flatMap(([, { env_file: files = [] }]) => files)
    const paths = [...own.map((mount) => mount.split(':')[0] ?? ''), ...environments]
    expect(paths.filter((path) => !existsSync(new URL(path, folder)))).toEqual([])
  })

  test('waits for those with a health check only', () => {
    const withCheck = services.filter(([, { healthcheck }]) => healthcheck !== undefined)
    // Millrace has its own in the image.
    expect(withCheck.map(([name]) => name)).toEqual(['mosquitto', 'kafka', 'influxdb'])
  })
})

describe('the files of its services', () => {
  test('Grafana finds Millrace by its name and path, and a dashboard that asks it', async () => {
    // The documented shape of a provisioning file.
    const { datasources } = parse(await read('grafana/provisioning/datasources/millrace.yaml')) as {
      readonly datasources: readonly { uid: string; type: string; url: string }[]
    }
    expect(datasources.map(({ uid, type, url }) => [uid, type, url])).toEqual([
      ['millrace', 'prometheus', 'http://millrace:1880/prometheus'],
      ['influxdb', 'influxdb', 'http://influxdb:8086'],
    ])
    const dashboard = JSON.parse(await read('grafana/dashboards/flows.json')) as {
      readonly panels: readonly { datasource: { uid: string } }[]
    }
    const known = datasources.map(({ uid }) => uid)
    for (const { datasource } of dashboard.panels) expect(known).toContain(datasource.uid)
  })

  test('Telegraf writes to the broker and the database of this network', async () => {
    const text = await read('telegraf/telegraf.conf')
    for (const url of ['tcp://mosquitto:1883', 'http://influxdb:8086']) expect(text).toContain(url)
    const { environment } = compose.services['influxdb'] ?? {}
    for (const name of ['ORG', 'BUCKET']) {
      expect(environment?.[`DOCKER_INFLUXDB_INIT_${name}`]).toBe('plant')
    }
    expect(text).toMatch(/organization = "plant"\n\s+bucket = "plant"/)
  })

  test('Kafka is reached by name in this network and by localhost from outside', async () => {
    const text = await read('kafka/kafka.env')
    expect(text).toContain('ADVERTISED_LISTENERS=INSIDE://kafka:9092,OUTSIDE://localhost:19092')
    expect(compose.services['kafka']?.ports).toEqual(['127.0.0.1:19092:19092'])
  })
})

async function findClient(): Promise<readonly string[] | undefined> {
  if (findCommand('docker') !== undefined) {
    const has = await promisify(execFile)('docker', ['compose', 'version']).then(
      () => true,
      () => false,
    )
    if (has) return ['docker', 'compose']
  }
  return findCommand('docker-compose') === undefined ? undefined : ['docker-compose']
}
