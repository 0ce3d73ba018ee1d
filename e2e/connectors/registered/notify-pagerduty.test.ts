import { describeConnector } from '../suite/describe-connector.ts'
import { notifyPagerduty } from './notify-pagerduty.ts'

describeConnector(notifyPagerduty)
