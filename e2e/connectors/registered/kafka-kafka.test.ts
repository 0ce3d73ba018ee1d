import { describeConnector } from '../suite/describe-connector.ts'
import { kafkaKafka } from './kafka-kafka.ts'

describeConnector(kafkaKafka)
