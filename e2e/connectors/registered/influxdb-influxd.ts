import { startInfluxd } from '@millrace/services'
import type { Influxd } from '@millrace/services'
import type { Connector, Mistake } from '../suite/connector.ts'
import { openTlsDoor } from '../tls-door.ts'
import type { TlsDoor } from '../tls-door.ts'

export const user = { name: 'plant', password: 'a-right-password' }

export const influxdbInfluxd: Connector = {
  system: 'InfluxDB 1.x',
  against: 'influxd 1.6',
  services: ['influxd', 'openssl'],
  nodes: {
    connection: 'influxdb/connection',
    sink: 'influxdb/out',
  },
  open: async () => {
    const influxd = await startInfluxd({ user, databases: ['plant'] })
    const door = await openTlsDoor(influxd.port)
    return {
      server: influxd,
      connection: {
        config: { version: '1', url: influxd.url, database: 'plant', username: user.name },
        secrets: { password: user.password },
      },
      sink: {
        config: pointOf,
        watch: (place) =>
          Promise.resolve({
            numbers: async () => {
              const rows = await influxd.query(`SELECT n FROM "${place}"`, 'plant')
              return rows.map(({ n }) => Number(n))
            },
          }),
        refuses: ['empty', 'binary', 'malformed'],
      },
      mistakes: mistakesAt(influxd, door),
      close: () => door.close(),
    }
  },
}

/** Small bounds, so that a slow database is felt soon. */
export const pointOf = (place: string) => ({
  server: 'peer',
  measurement: place,
  fields: [{ id: 'n', name: 'n', value: 'payload.n', type: 'integer' }],
  time: 'payload.at',
  batchPoints: 50,
  batchAgeMs: 20,
  bufferPoints: 400,
})

export function mistakesAt({ url }: Influxd, { port, authority }: TlsDoor): readonly Mistake[] {
  const secure = `https://localhost:${port}`
  const wrong = { secrets: { password: 'a-wrong-password' } }
  return [
    { name: 'a wrong password', change: wrong, names: /password/i },
    {
      name: 'a wrong host',
      change: { config: { url: 'http://nowhere.invalid:8086' } },
      names: /Address/,
    },
    { name: 'a wrong port', change: { config: { url: 'http://127.0.0.1:1' } }, names: /Address/ },
    { name: 'a missing database', change: { config: { database: 'none' } }, names: /database/i },
    { name: 'an unknown authority', change: { config: { url: secure } }, names: /authority/ },
    {
      name: 'a certificate for another name',
      change: { config: { url: secure, ca: authority, serverName: 'other.example.org' } },
      names: /Server name/,
    },
    {
      name: 'TLS where there is none',
      change: { config: { url: url.replace('http:', 'https:') } },
      names: /Address/,
    },
  ]
}
