export { nodeTypes } from './node-types.ts'
