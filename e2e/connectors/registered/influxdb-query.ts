import { startInfluxd } from '@millrace/services'
import type { Influxd } from '@millrace/services'
import type { Connector } from '../suite/connector.ts'
import { range } from '../suite/numbers.ts'
import { openTlsDoor } from '../tls-door.ts'
import { mistakesAt, user } from './influxdb-influxd.ts'

/** Each message asks for its number. */
export const influxdbQuery: Connector = {
  system: 'InfluxDB 1.x',
  against: 'influxd 1.6',
  services: ['influxd', 'openssl'],
  nodes: {
    connection: 'influxdb/connection',
    operator: 'influxdb/query',
    more: {
      'influxdb/query': 'answers as documented for InfluxDB 2 and 3, by tests of its own',
      'influxdb/out': 'answers as documented for InfluxDB 3, by tests of its own',
    },
  },
  open: async () => {
    const influxd = await startInfluxd({ user, databases: ['plant'] })
    const door = await openTlsDoor(influxd.port)
    await fill(influxd)
    return {
      server: influxd,
      connection: {
        config: { version: '1', url: influxd.url, database: 'plant', username: user.name },
        secrets: { password: user.password },
      },
      operator: {
        config: () => ({
          server: 'peer',
          query: 'SELECT n FROM numbers WHERE k = $k',
          parameters: [{ id: 'k', name: 'k', value: 'string(payload.n)' }],
        }),
        numberIn: (payload) => {
          const [row] = payload as readonly { readonly n: number }[]
          return row?.n
        },
        refuses: ['empty', 'binary', 'malformed'],
      },
      mistakes: mistakesAt(influxd, door),
      close: () => door.close(),
    }
  },
}

async function fill({ url }: Influxd): Promise<void> {
  const lines = range(5_000).map((n) => `numbers,k=${n} n=${n}i ${1_700_000_000_000 + n}`)
  const sign = Buffer.from(`${user.name}:${user.password}`).toString('base64')
  const response = await fetch(`${url}/write?db=plant&precision=ms`, {
    method: 'POST',
    headers: { authorization: `Basic ${sign}` },
    body: lines.join('\n'),
  })
  if (response.status !== 204) throw new Error(`influxd: ${await response.text()}`)
}
