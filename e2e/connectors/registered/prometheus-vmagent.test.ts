import { describeConnector } from '../suite/describe-connector.ts'
import { prometheusVmagent } from './prometheus-vmagent.ts'

describeConnector(prometheusVmagent)
