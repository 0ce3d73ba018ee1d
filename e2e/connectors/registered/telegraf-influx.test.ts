import { describeConnector } from '../suite/describe-connector.ts'
import { telegrafInflux } from './telegraf-influx.ts'

describeConnector(telegrafInflux)
