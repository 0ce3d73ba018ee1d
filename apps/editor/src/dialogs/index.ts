export { DialogFor } from './dialog-for.tsx'
