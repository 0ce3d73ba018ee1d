import { describeConnector } from '../suite/describe-connector.ts'
import { notifySlack } from './notify-slack.ts'

describeConnector(notifySlack)
