import { describeConnector } from '../suite/describe-connector.ts'
import { httpEvents } from './http-events.ts'

describeConnector(httpEvents)
