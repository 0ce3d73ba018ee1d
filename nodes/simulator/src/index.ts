export { data } from './data/source.ts'
export { nodeTypes } from './node-types.ts'
