import { describeConnector } from '../suite/describe-connector.ts'
import { influxdbVictoriaMetrics } from './influxdb-victoria-metrics.ts'

describeConnector(influxdbVictoriaMetrics)
