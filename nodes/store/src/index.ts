export { nodeTypes } from './node-types.ts'
export { storeWrite } from './write/sink.ts'
