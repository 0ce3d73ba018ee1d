export { kafkaConnection } from './connection/connection.ts'
export { kafkaIn } from './in/source.ts'
export { nodeTypes } from './node-types.ts'
export { kafkaOut } from './out/sink.ts'
