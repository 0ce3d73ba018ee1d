import { apiVersionsV3, listGroupsV4, metadataV8 } from '@platformatic/kafka'
import { reachSteps, takeSteps } from '@millrace/reach'
import type { Finding, Step } from '@millrace/reach'
import type { TestStep } from '@millrace/sdk'
import { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { connectionError, reasonOf } from '../cluster/kafka-error.ts'
import type { BrokerPlace } from '../cluster/kafka-error.ts'
import { brokersOf, clusterOptions, tlsOf } from './cluster-options.ts'
import type { ConnectionOf } from './cluster-options.ts'
import { seeMessage } from './first-message.ts'

/** What the Test button does: each step only when the one before has passed. */
export async function* testSteps(context: ConnectionOf): AsyncGenerator<TestStep> {
  const { config, clock, timers } = context
  const [place] = brokersOf(config)
  if (place === undefined) return
  // The first broker alone: the others are asked when it is away, which would hide what is wrong.
  const cluster = new KafkaCluster({ ...clusterOptions(context), brokers: [place] })
  const labels = { host: 'Brokers', port: 'Brokers', security: 'Transport' }
  const timeoutMs = config.connectTimeoutMs
  const reach = { ...place, tls: tlsOf(config), peer: 'broker', labels, timeoutMs, clock, timers }
  const steps: readonly Step[] = [
    ...reachSteps(reach),
    { name: 'Sign-in', run: () => signIn(cluster, context) },
    { name: 'Brokers', run: () => seeBrokers(cluster, context) },
    { name: 'Topics', run: () => seeTopics(cluster) },
    { name: 'Consumer groups', run: () => seeGroups(cluster) },
    { name: 'First message', run: () => seeMessage(cluster) },
  ]
  try {
    yield* takeSteps(steps, (error) => connectionError(error, place).message)
  } finally {
    await cluster.close()
  }
}

async function signIn(cluster: KafkaCluster, { config }: ConnectionOf): Promise<string> {
  const { apiKeys } = await cluster.askAny(apiVersionsV3.api, 'millrace', '1')
  // Which requests it knows it tells anybody.
  await cluster.askAny(metadataV8.api, [], false, false, false)
  const whom = config.signIn === 'none' ? 'Let in without a sign-in' : `Signed in${asWhom(config)}`
  return `${whom}; the broker knows ${apiKeys.length} kinds of requests`
}

function asWhom({ signIn: how, username }: ConnectionOf['config']): string {
  return how === 'oauthbearer' ? ' with a token' : ` as ${username}`
}

/** What brokers call themselves is what every client has to reach. */
async function seeBrokers(cluster: KafkaCluster, { config }: ConnectionOf): Promise<string> {
  const { brokers } = await cluster.askAny(metadataV8.api, [], false, false, false)
  const names = brokers.map(({ host, port }) => `${host}:${port}`)
  for (const place of brokers) await reachBroker(place, { cluster, config, names })
  return `${names.slice(0, namesMax).join(', ')}${names.length > namesMax ? ' …' : ''}`
}

const namesMax = 5

async function reachBroker(
  place: BrokerPlace,
  { cluster, names }: { cluster: KafkaCluster; config: ConnectionOf['config']; names: string[] },
): Promise<void> {
  const links = cluster.openLinks()
  try {
    await links.ask(place, apiVersionsV3.api, 'millrace', '1')
  } catch (error) {
    const { message } = connectionError(error, place)
    const why = `The cluster names its brokers ${names.join(', ')} (advertised.listeners), and they must be reached from here.`
    throw new Error(`${message} ${why}`, { cause: error })
  } finally {
    await cluster.closeLinks(links)
  }
}

async function seeTopics(cluster: KafkaCluster): Promise<Finding> {
  // Without names it tells all that this user may know of.
  const { topics } = await cluster.askAny(metadataV8.api, null, false, false, false)
  const names = topics.filter(({ isInternal }) => !isInternal).map(({ name }) => name)
  if (names.length === 0) {
    return { outcome: 'skipped', text: 'No topic is there, or none that this user may see.' }
  }
  const found = names.toSorted()
  const some = found.slice(0, namesMax).join(', ')
  const text = names.length > namesMax ? `${names.length} topics: ${some} …` : some
  return { outcome: 'passed', text, found: found.slice(0, foundMax) }
}

/** So many names a form offers. */
const foundMax = 1_000

async function seeGroups(cluster: KafkaCluster): Promise<string | Finding> {
  const { groups, errorCode } = await cluster.askAny(listGroupsV4.api, [], [])
  if (errorCode !== 0)
    return { outcome: 'skipped', text: `May not list them: ${reasonOf(errorCode)}.` }
  const names = groups.map(({ groupId }) => groupId)
  return names.length === 0 ? 'None yet' : names.toSorted().slice(0, namesMax).join(', ')
}
