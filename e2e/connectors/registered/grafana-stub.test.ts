import { describeConnector } from '../suite/describe-connector.ts'
import { grafanaStub } from './grafana-stub.ts'

describeConnector(grafanaStub)
