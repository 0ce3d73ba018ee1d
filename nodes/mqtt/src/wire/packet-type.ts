/** Control packet types, MQTT 5 section 2.1.2. */
export const packetType = {
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
} as const

export type Qos = 0 | 1 | 2
