import { startInfluxd } from '@millrace/services'
import type { Influxd } from '@millrace/services'
import type { Connector, Mistake } from '../suite/connector.ts'

const user = { name: 'plant', password: 'a-right-password' }

/** Telegraf itself is in no registry: influxd takes the same as its `influxdb_listener`. */
export const telegrafInfluxd: Connector = {
  system: 'Telegraf out',
  against: 'influxd 1.6 in the place of an influxdb_listener',
  services: ['influxd'],
  nodes: {
    connection: 'telegraf/connection',
    sink: 'telegraf/out',
    more: {
      'telegraf/out': 'VictoriaMetrics 1.79 for line protocol 2 and sockets, by tests of its own',
    },
  },
  open: async () => {
    const influxd = await startInfluxd({ user, databases: ['plant'] })
    return {
      server: influxd,
      connection: {
        config: {
          listener: 'influxdb',
          url: influxd.url,
          database: 'plant',
          username: user.name,
          timeoutMs: 2000,
        },
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
      mistakes: mistakesAt(influxd),
    }
  },
}

/** Small bounds, so that a slow server is felt soon. */
const pointOf = (place: string) => ({
  listener: 'peer',
  measurement: place,
  fields: [{ id: 'n', name: 'n', value: 'payload.n', type: 'integer' }],
  time: 'payload.at',
  batchItems: 50,
  batchAgeMs: 20,
  bufferItems: 400,
})

function mistakesAt({ url }: Influxd): readonly Mistake[] {
  const wrong = { secrets: { password: 'a-wrong-password' } }
  const at = (place: string) => ({ config: { url: place } })
  return [
    { name: 'a wrong password', change: wrong, names: /Sign-in/ },
    { name: 'a wrong host', change: at('http://nowhere.invalid:8186'), names: /Address/ },
    { name: 'a wrong port', change: at('http://127.0.0.1:1'), names: /Address/ },
    { name: 'a missing database', change: { config: { database: 'none' } }, names: /Address/ },
    {
      name: 'TLS where there is none',
      change: at(url.replace('http:', 'https:')),
      names: /Address/,
    },
  ]
}
