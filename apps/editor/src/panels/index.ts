export { useDrawerTabs } from './drawer-tabs.tsx'
