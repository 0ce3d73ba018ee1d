import { describeConnector } from '../suite/describe-connector.ts'
import { netUdp } from './net-udp.ts'

describeConnector(netUdp)
