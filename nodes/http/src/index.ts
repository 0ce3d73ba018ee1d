export { httpIn } from './in/source.ts'
export { nodeTypes } from './node-types.ts'
export { httpRequest } from './request/operator.ts'
export { httpResponse } from './response/sink.ts'
