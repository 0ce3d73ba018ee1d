import { describeConnector } from '../suite/describe-connector.ts'
import { influxdbInfluxd } from './influxdb-influxd.ts'

describeConnector(influxdbInfluxd)
