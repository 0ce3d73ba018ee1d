import { describeConnector } from '../suite/describe-connector.ts'
import { telegrafInfluxd } from './telegraf-influxd.ts'

describeConnector(telegrafInfluxd)
