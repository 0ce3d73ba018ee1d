import { startVictoriaMetrics } from '@millrace/services'
import type { Connector } from '../suite/connector.ts'
import { pointOf } from './influxdb-influxd.ts'
import { endedWithCare } from './mqtt-mosquitto.ts'

/** The 2.x write path; what it says of errors is that of a database that drops them silently. */
export const influxdbVictoriaMetrics: Connector = {
  system: 'InfluxDB 2.x',
  against: 'VictoriaMetrics 1.79',
  services: ['victoria-metrics'],
  nodes: { connection: 'influxdb/connection', sink: 'influxdb/out' },
  open: async () => {
    const database = await startVictoriaMetrics()
    return {
      // It writes to disk what it has confirmed seconds later.
      server: endedWithCare(database),
      connection: {
        config: { version: '2', url: database.url, organization: 'plant', bucket: 'plant' },
        secrets: { token: 'a-token-of-its-own' },
      },
      sink: {
        config: pointOf,
        watch: (place) =>
          Promise.resolve({
            numbers: async () => {
              const series = await database.series(`{__name__="${place}_n"}`)
              return series.flatMap(({ values }) => values)
            },
          }),
        refuses: ['empty', 'binary', 'malformed'],
      },
      mistakes: [
        {
          name: 'a wrong host',
          change: { config: { url: 'http://nowhere.invalid:8428' } },
          names: /Address/,
        },
        {
          name: 'a wrong port',
          change: { config: { url: 'http://127.0.0.1:1' } },
          names: /Address/,
        },
        {
          name: 'TLS where there is none',
          change: { config: { url: database.url.replace('http:', 'https:') } },
          names: /Address/,
        },
      ],
    }
  },
}
