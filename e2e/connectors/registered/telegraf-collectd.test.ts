import { describeConnector } from '../suite/describe-connector.ts'
import { telegrafCollectd } from './telegraf-collectd.ts'

describeConnector(telegrafCollectd)
