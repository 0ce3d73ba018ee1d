export { influxdbConnection } from './connection/connection.ts'
export { nodeTypes } from './node-types.ts'
export { influxdbOut } from './out/sink.ts'
export type { InfluxServer } from './write/influx-server.ts'
