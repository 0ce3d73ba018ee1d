export { nodeTypes } from './node-types.ts'
export { fileOut } from './out/sink.ts'
export { fileTail } from './tail/source.ts'
