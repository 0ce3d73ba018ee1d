import { parentPort, workerData } from 'node:worker_threads'
import { loadNodeTypes } from '@millrace/catalog'
import { checkNodes } from '@millrace/engine'
import type { NodesCheck } from '@millrace/engine'
import type { CheckSettings } from './check-thread.ts'
import { schedule } from './schedule.ts'
import { Redactor } from './secrecy/redactor.ts'

/** The entry of a thread in which nodes are checked before their flow is deployed. */
async function main(): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('This file is the entry of a worker thread.')
  // Handed over by `checkInThread`, the only one that starts this file.
  const { json, nodePackages } = workerData as CheckSettings
  // Made by our own server.
  const check = JSON.parse(json) as NodesCheck
  const { flow, connections } = check.spec
  const types = new Set([...flow.nodes, ...connections].map(({ type }) => type))
  const nodeTypes = await loadNodeTypes([...types], nodePackages)
  const problems = await checkNodes(check, {
    nodeTypes,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    schedule,
    // Whoever deploys is told what counts.
    log: () => undefined,
  })
  const redactor = new Redactor()
  redactor.learn(check.spec.secrets)
  // A registry may say back what it was sent.
  port.postMessage(redactor.value(problems))
}

await main()
