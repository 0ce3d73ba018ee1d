import { source } from '@millrace/sdk'
import { asCluster } from '../cluster/as-cluster.ts'
import { Consumer } from './consumer.ts'
import { kafkaInDescriptor } from './descriptor.ts'

export const kafkaIn = source(kafkaInDescriptor, (context) => {
  const consumer = new Consumer(context, asCluster(context.config.cluster))
  return {
    start: () => consumer.start(),
    pause: () => consumer.pause(),
    resume: () => consumer.resume(),
    stop: () => consumer.stop(),
    // That there is one has the state stored that the node begins with.
    beforeEpoch: () => undefined,
    afterEpoch: () => consumer.stored(),
    close: () => consumer.close(),
  }
})
