import { describeConnector } from '../suite/describe-connector.ts'
import { kafkaKafka, kafkaTransactions } from './kafka-kafka.ts'

describeConnector(kafkaKafka)
describeConnector(kafkaTransactions)
