export { examples } from './examples.ts'
export { ExamplesDialog } from './examples-dialog.tsx'
export { Gallery } from './gallery.tsx'
