export { GrafanaDialog } from './grafana-dialog.tsx'
