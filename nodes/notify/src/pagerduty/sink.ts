import { createHash } from 'node:crypto'
import { NodeError, sink } from '@millrace/sdk'
import type { NodeContext } from '@millrace/sdk'
import type { EventService } from '../pagerduty-service/event-service.ts'
import { Dispatch } from '../policy/dispatch.ts'
import type { Announcement } from '../policy/dispatch.ts'
import type { Item } from '../policy/item.ts'
import type { Outcome } from '../policy/outcome.ts'
import { pagerdutyDescriptor } from './descriptor.ts'
import { eventOf, shortKey } from './event.ts'

type Context = NodeContext<typeof pagerdutyDescriptor>

export const pagerduty = sink(pagerdutyDescriptor, (context) => {
  const service = asService(context.config.service)
  const each = { groupBy: undefined, groupWaitMs: 0, groupIntervalMs: 0, listedMax: 1 }
  const dispatch = new Dispatch(
    context,
    { ...context.config, ...each },
    {
      isJoined: false,
      receiver: {
        name: 'PagerDuty',
        send: (announcement) => send(service, context, announcement),
      },
    },
  )
  return {
    onMessage: (message) => dispatch.take(message),
    onEnd: () => dispatch.end(),
    close: () => dispatch.close(),
  }
})

async function send(
  service: EventService,
  context: Context,
  { items, share }: Announcement,
): Promise<Outcome> {
  const [item] = items
  if (item === undefined) return { kind: 'sent' }
  const { source, component, group } = context.config
  const { message } = item
  const event = eventOf(item, {
    source,
    share,
    dedupKey: dedupKeyOf(item, context),
    component: component?.(message) ?? '',
    group: group?.(message) ?? '',
  })
  return service.enqueue(event)
}

function dedupKeyOf(item: Item, { config, flow, id }: Context): string {
  const own = config.dedupKey?.(item.message) ?? ''
  if (own !== '') return shortKey(own, hashOf)
  // What is no alert has no end either: each is an incident of its own.
  const which = item.change === 'message' ? `${item.key}@${item.time}` : item.key
  return shortKey(`${flow}/${id}/${item.origin}/${which}`, hashOf)
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The handle of a `notify/pagerduty-service`, which is what the descriptor lets the field refer to. */
function asService(handle: unknown): EventService {
  if (typeof handle === 'object' && handle !== null && 'enqueue' in handle) {
    return handle as EventService
  }
  throw new NodeError('NOTIFY_NO_SERVICE', 'Choose a PagerDuty service.')
}
