import { describeConnector } from '../suite/describe-connector.ts'
import { prometheusExpose } from './prometheus-expose.ts'

describeConnector(prometheusExpose)
