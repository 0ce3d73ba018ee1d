import { describeConnector } from '../suite/describe-connector.ts'
import { grafanaAlertmanager } from './grafana-alertmanager.ts'

describeConnector(grafanaAlertmanager)
