export type { Expression, Message, Path, Template } from './message.ts'
