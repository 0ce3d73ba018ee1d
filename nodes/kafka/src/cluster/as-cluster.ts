import { NodeError } from '@millrace/sdk'
import { KafkaCluster } from './kafka-cluster.ts'

/** The handle of a `kafka/connection`, which is what the descriptors let the field refer to. */
export function asCluster(handle: unknown): KafkaCluster {
  if (handle instanceof KafkaCluster) return handle
  throw new NodeError('KAFKA_NO_CLUSTER', 'Choose a Kafka cluster.')
}
