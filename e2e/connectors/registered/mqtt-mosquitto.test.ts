import { describeConnector } from '../suite/describe-connector.ts'
import { mqttMosquitto } from './mqtt-mosquitto.ts'

describeConnector(mqttMosquitto)
