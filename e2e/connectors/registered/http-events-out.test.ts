import { describeConnector } from '../suite/describe-connector.ts'
import { httpEventsOut } from './http-events.ts'

describeConnector(httpEventsOut)
