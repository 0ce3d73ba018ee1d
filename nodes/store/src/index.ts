export { nodeTypes } from './node-types.ts'
export { storeRead } from './read/operator.ts'
export { storeWrite } from './write/sink.ts'
