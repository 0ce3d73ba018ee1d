import { describeConnector } from '../suite/describe-connector.ts'
import { grafanaLive } from './grafana-live.ts'

describeConnector(grafanaLive)
