export { bottleneckText } from './bottleneck-text.ts'
export { eventTimeOf, heldBackBy } from './event-time.ts'
export type { EventTime, HeldBack, TimeScene } from './event-time.ts'
export { lagText, shortLag } from './lag-text.ts'
