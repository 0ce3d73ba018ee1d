import { describeConnector } from '../suite/describe-connector.ts'
import { httpRequest } from './http-request.ts'

describeConnector(httpRequest)
