export { readings } from './readings/source.ts'
export { nodeTypes } from './node-types.ts'
