import { describeConnector } from '../suite/describe-connector.ts'
import { influxdbQuery } from './influxdb-query.ts'

describeConnector(influxdbQuery)
