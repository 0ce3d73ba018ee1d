import { describeConnector } from '../suite/describe-connector.ts'
import { storeRead } from './store-read.ts'

describeConnector(storeRead)
