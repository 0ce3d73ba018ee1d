import { placeOfUrl, reachSteps, takeSteps } from '@millrace/reach'
import type { ConnectionContext, TestStep } from '@millrace/sdk'
import { tlsOf } from '../post/tls-of.ts'
import type { pagerdutyServiceDescriptor } from './descriptor.ts'
import { addressLabel, isAddressSet, PagerdutyService } from './event-service.ts'

type Context = ConnectionContext<typeof pagerdutyServiceDescriptor>

/** What the Test button does. It calls nobody: it resolves an incident that there is not. */
export async function* testSteps(context: Context): AsyncGenerator<TestStep> {
  const { config, clock, timers } = context
  const service = new PagerdutyService(context)
  try {
    const { isSecure, ...place } = placeOfUrl(service.address.href, addressLabel)
    const tls = isSecure ? tlsOf(config) : undefined
    const isFixed = !isAddressSet(config)
    yield* takeSteps([
      ...reachSteps({ ...place, isFixed, tls, timeoutMs: config.timeoutMs, clock, timers }),
      { name: 'Integration key', run: () => tryKey(service) },
    ])
  } finally {
    service.close()
  }
}

async function tryKey(service: PagerdutyService): Promise<string> {
  const event = { event_action: 'resolve', dedup_key: 'millrace-connection-test' }
  const outcome = await service.enqueue(event)
  if (outcome.kind !== 'sent') throw outcome.error
  return 'PagerDuty takes events with this key. Nobody was called.'
}
