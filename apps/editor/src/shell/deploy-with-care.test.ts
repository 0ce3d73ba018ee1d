import { expect, it } from 'vitest'
import { inFront, openBench } from '../model/testing/bench.ts'
import { deployWithCare } from './deploy-with-care.ts'
import { createLayout } from './layout.ts'

async function deployed() {
  const bench = await openBench()
  const flow = inFront(bench)
  const filter = flow.addNode('test/filter', { position: { x: 0, y: 0 } })
  flow.setConfig(filter, 'condition', 'a')
  const layout = createLayout(() => 1440)
  await deployWithCare({ layout }, flow)
  return { flow, filter, layout, deployedNow: () => bench.server.flows.get(flow.name)?.deployed }
}

it('deploys at once where no state is lost', async () => {
  const { flow, filter, layout, deployedNow } = await deployed()
  flow.rename(filter, 'Hot')
  await deployWithCare({ layout }, flow)
  expect(deployedNow()?.nodes[0]?.name).toBe('Hot')
  expect(layout.getState().dialog).toBeUndefined()
})

it('shows first what would be lost, and deploys nothing before', async () => {
  const { flow, filter, layout, deployedNow } = await deployed()
  flow.setConfig(filter, 'condition', 'b')
  await deployWithCare({ layout }, flow)
  expect(deployedNow()?.nodes[0]?.config).toEqual({ condition: 'a' })
  expect(layout.getState().dialog).toEqual({ kind: 'deploy' })
})
