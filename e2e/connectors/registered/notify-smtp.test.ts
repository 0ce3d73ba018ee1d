import { describeConnector } from '../suite/describe-connector.ts'
import { notifySmtp } from './notify-smtp.ts'

describeConnector(notifySmtp)
