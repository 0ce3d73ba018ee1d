import { describeConnector } from '../suite/describe-connector.ts'
import { notifyWebhook } from './notify-webhook.ts'

describeConnector(notifyWebhook)
