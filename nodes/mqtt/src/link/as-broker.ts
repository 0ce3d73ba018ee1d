import { NodeError } from '@millrace/sdk'
import type { Broker } from './broker.ts'

/** The handle of an `mqtt/connection`, which is what the descriptors let the field refer to. */
export function asBroker(handle: unknown): Broker {
  if (typeof handle === 'object' && handle !== null && 'publishNow' in handle) {
    return handle as Broker
  }
  throw new NodeError('MQTT_NO_BROKER', 'Choose a broker.')
}
