export { messageFor, services } from './message-for.ts'
export type { Service } from './message-for.ts'
