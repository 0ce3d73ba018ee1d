import { describeConnector } from '../suite/describe-connector.ts'
import { fileWatch } from './file-watch.ts'

describeConnector(fileWatch)
