import { coldChainScene } from './cold-chain.ts'
import { machinesScene } from './machines.ts'
import { metersScene } from './meters.ts'
import { paymentsScene } from './payments.ts'
import { pumpsScene } from './pumps.ts'
import type { Scene } from './scene.ts'
import { webScene } from './web.ts'

export const scenes = {
  machines: machinesScene,
  coldChain: coldChainScene,
  pumps: pumpsScene,
  meters: metersScene,
  web: webScene,
  payments: paymentsScene,
} as const satisfies Readonly<Record<string, Scene>>
