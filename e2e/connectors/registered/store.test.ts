import { describeConnector } from '../suite/describe-connector.ts'
import { store } from './store.ts'

describeConnector(store)
