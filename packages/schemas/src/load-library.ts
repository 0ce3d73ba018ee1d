import { createRequire } from 'node:module'
import type * as ajv from 'ajv'
import type * as ajv2020 from 'ajv/dist/2020.js'

const load = createRequire(import.meta.url)

/** Only JSON Schema needs it: loaded when a flow has such a schema. */
export function loadAjv(): typeof ajv {
  // The package brings its types.
  return load('ajv') as typeof ajv
}

/** The same for the draft of 2020, which differs from those before it. */
export function loadAjv2020(): typeof ajv2020 {
  // The package brings its types.
  return load('ajv/dist/2020.js') as typeof ajv2020
}
