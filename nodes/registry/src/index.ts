export { kafkaDecode } from './decode/operator.ts'
export { kafkaEncode } from './encode/operator.ts'
export { nodeTypes } from './node-types.ts'
export { kafkaRegistry } from './registry/connection.ts'
