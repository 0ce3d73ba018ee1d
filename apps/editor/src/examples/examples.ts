import type { Flow } from '@millrace/flow'
import coldChain from './flows/cold-chain/flow.json' with { type: 'json' }
import energyMetering from './flows/energy-metering/flow.json' with { type: 'json' }
import fraudRules from './flows/fraud-rules/flow.json' with { type: 'json' }
import machineMonitoring from './flows/machine-monitoring/flow.json' with { type: 'json' }
import predictiveMaintenance from './flows/predictive-maintenance/flow.json' with { type: 'json' }
import webTraffic from './flows/web-traffic/flow.json' with { type: 'json' }

/** Flows that run by themselves, from what is asked for most. Each is a golden flow as well. */
export const examples: readonly Flow[] = [
  machineMonitoring,
  coldChain,
  predictiveMaintenance,
  energyMetering,
  webTraffic,
  fraudRules,
  // JSON modules have wider types than the document; the golden tests parse each as what it is.
] as unknown as readonly Flow[]
