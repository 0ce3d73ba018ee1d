import { NodeError, sink } from '@millrace/sdk'
import { batchingSink } from '@millrace/web'
import type { RemoteServer } from '../remote/remote-server.ts'
import { prometheusWriteDescriptor } from './descriptor.ts'
import { groupSeries } from './group-series.ts'
import { sampleReader } from './sample-reader.ts'
import type { SampleToWrite } from './sample-reader.ts'

export const prometheusWrite = sink(prometheusWriteDescriptor, (context) => {
  const { config } = context
  const server = asServer(config.server)
  const sampleOf = sampleReader(config)
  return batchingSink<SampleToWrite>(context, {
    read: (message) => {
      const content = sampleOf(message)
      return { content, bytes: content.series.length + bytesOfValue }
    },
    send: (samples) => server.write(groupSeries(samples)),
    where: server.host,
    limits: { ...config, bufferBytes: bufferBytesMax },
    shards: { count: config.shards, keyOf: ({ series }) => series },
  })
})

/** A double, a time and what frames them. */
const bytesOfValue = 20
const bufferBytesMax = 268_435_456

/** The handle of a `prometheus/connection`, which is what the descriptor lets the field refer to. */
function asServer(handle: unknown): RemoteServer {
  if (typeof handle === 'object' && handle !== null && 'write' in handle) {
    return handle as RemoteServer
  }
  throw new NodeError('PROMETHEUS_NO_SERVER', 'Choose a server.')
}
