import { describeConnector } from '../suite/describe-connector.ts'
import { netWebsocket } from './net-websocket.ts'

describeConnector(netWebsocket)
