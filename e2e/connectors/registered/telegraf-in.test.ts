import { describeConnector } from '../suite/describe-connector.ts'
import { telegrafLines } from './telegraf-in.ts'

describeConnector(telegrafLines)
