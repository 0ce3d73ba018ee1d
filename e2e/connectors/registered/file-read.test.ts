import { describeConnector } from '../suite/describe-connector.ts'
import { fileRead } from './file-read.ts'

describeConnector(fileRead)
