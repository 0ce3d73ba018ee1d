import { describeWith } from '@millrace/services/vitest'
import { afterAll, beforeAll } from 'vitest'
import type { Connector } from './connector.ts'
import { testDelivery } from './groups/delivery.ts'
import { testMistakes } from './groups/mistakes.ts'
import { testOpening } from './groups/opening.ts'
import { testPayloads } from './groups/payloads.ts'
import { testPressure } from './groups/pressure.ts'
import { testSecrecy } from './groups/secrecy.ts'
import { openStage } from './stage.ts'
import type { Stage } from './stage.ts'

/** All that a connector has to keep to, on the whole product and against its real server. */
export function describeConnector(connector: Connector): void {
  const name = `${connector.system} with ${connector.against}`
  describeWith(connector.services, name, () => {
    let opened: Stage | undefined
    beforeAll(async () => {
      opened = await openStage(connector)
    })
    afterAll(() => opened?.close())
    const stage = (): Stage => {
      if (opened === undefined) throw new Error('The stage is not open.')
      return opened
    }
    testMistakes(connector, stage)
    testDelivery(connector, stage)
    testPayloads(connector, stage)
    testPressure(connector, stage)
    testOpening(connector)
    // Looks at all that was said in the tests before it.
    testSecrecy(connector, stage)
  })
}
