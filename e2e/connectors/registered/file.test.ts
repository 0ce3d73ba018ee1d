import { describeConnector } from '../suite/describe-connector.ts'
import { files } from './file.ts'

describeConnector(files)
