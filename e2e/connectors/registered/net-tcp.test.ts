import { describeConnector } from '../suite/describe-connector.ts'
import { netTcp } from './net-tcp.ts'

describeConnector(netTcp)
