export { createManualHost, noHttp, plainGauges } from './manual-host.ts'
export type { ManualHost, ManualHostOptions } from './manual-host.ts'
export { createTestNodes, sourceType } from './test-nodes.ts'
export type { Received, TestDelivery, TestNodes, TestSource } from './test-nodes.ts'
