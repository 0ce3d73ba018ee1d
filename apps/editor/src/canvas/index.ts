export { CanvasArea } from './canvas-area.tsx'
export { createCanvasView } from './canvas-view.ts'
export type { CanvasView } from './canvas-view.ts'
export { loadLists } from './lists.tsx'
