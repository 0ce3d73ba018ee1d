import { setTimeout as pause } from 'node:timers/promises'
import type { Flow } from '@millrace/flow'
import type { Engine } from '../engine.ts'
import type { Fault } from '../fault.ts'
import { firstLife } from '../lives.ts'
import { plantFlow } from '../plant-flow.ts'
import { type Stage, withStage } from '../stage.ts'

/** With a node that never comes back when it is asked to by HTTP. */
const flow: Flow = {
  ...plantFlow,
  nodes: [
    ...plantFlow.nodes,
    {
      id: 'order',
      type: 'http/in',
      config: { method: 'POST', path: '/hang', answer: 'response' },
    },
    { id: 'hang', type: 'core/function', config: { code: 'while (true) {}' } },
  ],
  wires: [
    ...plantFlow.wires,
    { from: { node: 'order', port: 'out' }, to: { node: 'hang', port: 'in' } },
  ],
}

/** A start that takes long on a busy machine is taken for stuck too. */
async function deployAgain(engine: Engine, { connections }: Stage): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await engine.deploy(flow, connections)
      return
    } catch (error) {
      if (tries === 20) throw error
    }
  }
}

export const workerKilled: Fault = {
  name: 'worker killed',
  about: 'the thread of the flow is stuck in an endless loop, and ended by force',
  run: ({ isShort, say }) =>
    withStage({}, async (stage) => {
      const kills = isShort ? 1 : 15
      const { engine } = await firstLife(stage, { flow, stuckMs: 2_000 })
      stage.publisher.publish(500)
      const url = await engine.httpUrl()
      for (let done = 0; done < kills; done += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one life after the other
        await pause(Math.random() * 1_500)
        const ended = engine.flowEnded()
        // Nobody answers; it is cut off when the thread ends.
        fetch(`${url}/hang`, { method: 'POST' }).catch(() => undefined)
        // oxlint-disable-next-line no-await-in-loop
        await ended
        // oxlint-disable-next-line no-await-in-loop
        await deployAgain(engine, stage)
        if (done % 5 === 4) say(`${done + 1} threads ended`)
      }
      return {
        tried: `${kills} threads ended by force`,
        verdict: await stage.judge(),
        problems: [],
      }
    }),
}
