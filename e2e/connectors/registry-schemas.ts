/** The same reading in all that a registry knows. */
export const reading = {
  type: 'record',
  name: 'Reading',
  namespace: 'plant',
  fields: [
    { name: 'device', type: 'string' },
    { name: 'value', type: ['null', 'double'], default: null },
  ],
} as const
export const avro = JSON.stringify(reading)
export const protobuf = `syntax = "proto3";
package plant;
message Reading { string device = 1; double value = 2; }
message Other { int32 n = 1; message Inner { string text = 1; } }`
export const json = JSON.stringify({
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: { device: { type: 'string' }, value: { type: 'number' } },
  required: ['device'],
  additionalProperties: false,
})

export const schemaKinds = [
  ['AVRO', avro],
  ['PROTOBUF', protobuf],
  ['JSON', json],
] as const

/** The number of a schema, and what stands behind it. */
export function framed(id: number, ...rest: Uint8Array[]): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0])
  head.writeInt32BE(id, 1)
  return Buffer.concat([head, ...rest])
}
