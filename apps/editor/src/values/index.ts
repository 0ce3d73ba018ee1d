export { copyText } from './copy-text.ts'
export { messageOf, valueOf } from './shown-value.ts'
export { ValueTree } from './value-tree.tsx'
export type { ValueTreeProps } from './value-tree.tsx'
