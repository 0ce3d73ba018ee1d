export { openTestRegistry, time } from './test-registry.ts'
export type { TestRegistry, TestSchema } from './test-registry.ts'
