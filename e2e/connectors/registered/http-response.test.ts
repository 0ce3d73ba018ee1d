import { describeConnector } from '../suite/describe-connector.ts'
import { httpResponse } from './http-response.ts'

describeConnector(httpResponse)
