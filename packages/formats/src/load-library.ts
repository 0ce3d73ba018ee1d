import { createRequire } from 'node:module'
import type * as protobufjs from 'protobufjs'
import type * as saxes from 'saxes'

const load = createRequire(import.meta.url)

/**
 * Libraries that only some formats need, loaded when a flow uses such a format: at once, because
 * decoders are opened while a node is created.
 */
export function loadProtobuf(): typeof protobufjs {
  // The package brings its types.
  return load('protobufjs') as typeof protobufjs
}

export function loadSaxes(): typeof saxes {
  // The package brings its types.
  return load('saxes') as typeof saxes
}
