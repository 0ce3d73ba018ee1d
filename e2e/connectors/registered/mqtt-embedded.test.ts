import { describeConnector } from '../suite/describe-connector.ts'
import { mqttEmbedded } from './mqtt-embedded.ts'

describeConnector(mqttEmbedded)
