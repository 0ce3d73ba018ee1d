import { describeConnector } from '../suite/describe-connector.ts'
import { kafkaTransactions } from './kafka-kafka.ts'

describeConnector(kafkaTransactions)
