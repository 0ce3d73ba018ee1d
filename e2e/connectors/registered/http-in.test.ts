import { describeConnector } from '../suite/describe-connector.ts'
import { httpIn } from './http-in.ts'

describeConnector(httpIn)
