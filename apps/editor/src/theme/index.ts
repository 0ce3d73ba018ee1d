export { createTheme } from './theme.ts'
export type { Theme, ThemeChoice } from './theme.ts'
