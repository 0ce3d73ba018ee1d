import { describeConnector } from '../suite/describe-connector.ts'
import { grafanaWebhook } from './grafana-alerts.ts'

describeConnector(grafanaWebhook)
