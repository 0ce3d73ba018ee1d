import { connection } from '@millrace/sdk'
import { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { clusterOptions } from './cluster-options.ts'
import { kafkaConnectionDescriptor } from './descriptor.ts'
import { testSteps } from './test-steps.ts'

export const kafkaConnection = connection<typeof kafkaConnectionDescriptor, KafkaCluster>(
  kafkaConnectionDescriptor,
  (context) => {
    const cluster = new KafkaCluster(clusterOptions(context))
    return { handle: cluster, close: () => cluster.close() }
  },
  testSteps,
)
