import { describeConnector } from '../suite/describe-connector.ts'
import { httpPoll } from './http-poll.ts'

describeConnector(httpPoll)
