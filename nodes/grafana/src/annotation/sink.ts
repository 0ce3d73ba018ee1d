import { sink } from '@millrace/sdk'
import { batchingSink } from '@millrace/web'
import { asGrafana } from '../server/grafana-server.ts'
import { Annotator } from './annotator.ts'
import type { Made } from './annotator.ts'
import { grafanaAnnotationDescriptor } from './descriptor.ts'
import { markReader } from './mark.ts'
import type { Mark } from './mark.ts'

export const grafanaAnnotation = sink(grafanaAnnotationDescriptor, (context) => {
  const { config, state } = context
  const server = asGrafana(config.server)
  const { dashboardUid, panelId, bufferItems, retryForMs } = config
  const made = state.map<Made>('made')
  const annotator = new Annotator({ server, made, dashboardUid, panelId })
  const markOf = markReader(config)
  return batchingSink<Mark>(context, {
    read: (message) => {
      const content = markOf(message)
      return { content, bytes: content.text.length + bytesOfRest }
    },
    // One at a time and in order: what ends an annotation comes behind what began it.
    send: async (marks) => {
      for (const mark of marks) {
        // oxlint-disable-next-line no-await-in-loop -- there is one
        const outcome = await annotator.put(mark)
        context.goesOn()
        if (outcome.kind !== 'sent') return outcome
      }
      return { kind: 'sent' }
    },
    where: server.host,
    limits: {
      batchItems: 1,
      batchBytes: 1_000_000,
      batchAgeMs: 0,
      bufferItems,
      bufferBytes: 67_108_864,
      retryForMs,
    },
  })
})

/** Times, tags and what frames them. */
const bytesOfRest = 200
