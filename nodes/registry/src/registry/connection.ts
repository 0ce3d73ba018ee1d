import { placeOfUrl, reachSteps, takeSteps } from '@millrace/reach'
import type { Finding, Step } from '@millrace/reach'
import { RegistryClient, SchemaRegistry } from '@millrace/schemas'
import { connection } from '@millrace/sdk'
import type { ConnectionContext, TestStep } from '@millrace/sdk'
import { tlsSettings } from '@millrace/web'
import { kafkaRegistryDescriptor } from './descriptor.ts'

type ConnectionOf = ConnectionContext<typeof kafkaRegistryDescriptor>

export const kafkaRegistry = connection<typeof kafkaRegistryDescriptor, SchemaRegistry>(
  kafkaRegistryDescriptor,
  ({ config, clock, timers }) => {
    const registry = new SchemaRegistry({ ...config, clock, timers })
    return { handle: registry, close: () => registry.close() }
  },
  testSteps,
)

/** What the Test button does: each step only when the one before has passed. */
async function* testSteps({ config, clock, timers }: ConnectionOf): AsyncGenerator<TestStep> {
  const client = new RegistryClient({ ...config, timers })
  const { timeoutMs } = config
  const { isSecure, ...place } = placeOfUrl(config.url)
  const tls = isSecure ? tlsSettings(config) : undefined
  const reach = { ...place, tls, peer: 'registry', timeoutMs, clock, timers }
  const steps: readonly Step[] = [
    ...reachSteps(reach),
    { name: 'Sign-in', run: () => seeSubjects(client) },
  ]
  try {
    yield* takeSteps(steps)
  } finally {
    client.close()
  }
}

async function seeSubjects(client: RegistryClient): Promise<string | Finding> {
  const subjects = await client.subjects()
  if (subjects.length === 0) return 'Let in; it has no schemas yet'
  const some = subjects.toSorted().slice(0, namesMax).join(', ')
  return `Let in; ${subjects.length} subjects: ${some}${subjects.length > namesMax ? ' …' : ''}`
}

const namesMax = 5
