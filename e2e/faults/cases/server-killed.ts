import { setTimeout as pause } from 'node:timers/promises'
import { join } from 'node:path'
import { until } from '@millrace/services'
import { startProduct } from '../../browser/product.ts'
import type { Fault } from '../fault.ts'
import { flowName, plantFlow } from '../plant-flow.ts'
import { withStage } from '../stage.ts'
import { judge } from '../verdict.ts'

export const serverKilled: Fault = {
  name: 'server killed',
  about: 'kill −9 of the server; its engine ends with it, and its flows come back with the next',
  run: ({ isShort, say }) =>
    withStage({}, async (stage) => {
      const kills = isShort ? 1 : 15
      const product = await startProduct()
      stage.onClose(() => product.stop())
      for (const connection of stage.connections) {
        // oxlint-disable-next-line no-await-in-loop -- two of them
        await product.api.connect(connection)
      }
      await product.api.deploy(plantFlow)
      await stage.publisher.ready()
      stage.publisher.publish(500)
      for (let done = 0; done < kills; done += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one life after the other
        await pause(Math.random() * 2_000)
        // oxlint-disable-next-line no-await-in-loop
        await product.kill()
        // oxlint-disable-next-line no-await-in-loop
        await product.start()
        if (done % 5 === 4) say(`${done + 1} kills`)
      }
      await until(async () => (await product.api.flow(flowName)).deployment.state === 'running', {
        what: 'the flow',
      })
      await stage.publisher.close()
      const files = join(product.userDirectory, 'files')
      const { acknowledged } = stage.publisher
      const verdict = await judge({ files, influxd: stage.influxd, acknowledged })
      const { durability } = (await product.api.flow(flowName)).deployment
      const problems = durability?.problem === undefined ? [] : [durability.problem]
      return { tried: `${kills} kills`, verdict, problems }
    }),
}
