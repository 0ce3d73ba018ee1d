import { describeConnector } from '../suite/describe-connector.ts'
import { prometheusPrometheus } from './prometheus-prometheus.ts'

describeConnector(prometheusPrometheus)
