import { lineEncoder } from '@millrace/formats'
import { NodeError, sink } from '@millrace/sdk'
import { batchingSink } from '@millrace/web'
import type { SendOutcome } from '@millrace/web'
import { asGrafana } from '../server/grafana-server.ts'
import type { GrafanaServer } from '../server/grafana-server.ts'
import { grafanaLiveDescriptor } from './descriptor.ts'

export const grafanaLive = sink(grafanaLiveDescriptor, (context) => {
  const { config } = context
  const server = asGrafana(config.server)
  // Grafana reads times as nanoseconds, whatever they are.
  const lineOf = lineEncoder({ ...config, precision: 'ns' })
  return batchingSink<string>(context, {
    read: (message) => {
      const content = lineOf(message)
      return { content, bytes: content.length + 1 }
    },
    send: (lines) => push(server, config.stream, lines),
    where: `stream/${config.stream} at ${server.host}`,
    limits: { ...config, bufferBytes: bufferBytesMax },
  })
})

const bufferBytesMax = 67_108_864

async function push(
  server: GrafanaServer,
  stream: string,
  lines: readonly string[],
): Promise<SendOutcome> {
  const path = `/api/live/push/${stream}`
  const reply = await server.ask({ method: 'POST', path, body: `${lines.join('\n')}\n` })
  if (reply.kind === 'done') return { kind: 'sent' }
  if (reply.kind !== 'missing') return reply
  const text = 'This Grafana takes no live values: Grafana Live is off there, or Address is wrong.'
  return { kind: 'later', error: new NodeError('GRAFANA_NO_LIVE', text) }
}
