/** What is sent in all cases. */
export const payloadOf = (device: number) =>
  JSON.stringify({
    device: `device-${String(device).padStart(4, '0')}`,
    seq: 100_000 + device,
    at: 1_700_000_000_123,
    temperature: (device % 100) + 100.25,
    humidity: 55.2,
    vibration: 0.031,
    unit: 'C',
  })
export const payload = payloadOf(42)
export const topicCount = 1000

export const topics = Array.from(
  { length: topicCount },
  (_, device) => `bench/device-${String(device).padStart(4, '0')}`,
)

/** Resolves when all messages were dealt with. */
export type Case = (count: number, port: number) => Promise<void>
