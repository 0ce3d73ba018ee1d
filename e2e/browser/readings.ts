import { connect, type MqttClient } from 'mqtt'
import type { Influxd, Mosquitto } from '@millrace/services'

export interface Average {
  /** Of the last millisecond that it is of. */
  readonly time: number
  readonly device: string
  readonly average: number
}

const devices = ['press', 'oven', 'pump']
const windows = 3
const perWindow = 20

/**
 * Numbered readings of three devices over three seconds by their own time, and one long after, which
 * ends the last window. With outliers, which a filter is to refuse, one device has readings beyond
 * 1000 between them. Returns what comes of the others.
 */
export async function publishReadings(
  { url }: Mosquitto,
  { hasOutliers }: { readonly hasOutliers: boolean },
): Promise<readonly Average[]> {
  const client = connect(url)
  await new Promise((resolve) => void client.once('connect', resolve))
  const start = Math.ceil(Date.now() / 1000) * 1000
  const sums = new Map<string, number>()
  for (let number = 0; number < windows * perWindow; number += 1) {
    const time = start + number * (1000 / perWindow)
    for (const [index, device] of devices.entries()) {
      const temperature = 20 + index * 10 + number
      await publish(client, { device, number, temperature, time })
      const end = Math.floor(time / 1000) * 1000 + 1000
      sums.set(`${device} ${end}`, (sums.get(`${device} ${end}`) ?? 0) + temperature)
    }
    if (hasOutliers) {
      await publish(client, { device: 'press', number, temperature: 1000 + number, time })
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 / perWindow))
  }
  await publish(client, { device: 'last', number: -1, temperature: 0, time: start + 60_000 })
  await client.endAsync()
  return [...sums]
    .map(([key, sum]) => {
      const [device = '', end = ''] = key.split(' ')
      return { time: Number(end) - 1, device, average: sum / perWindow }
    })
    .toSorted(byTimeAndDevice)
}

interface Reading {
  readonly device: string
  readonly number: number
  readonly temperature: number
  readonly time: number
}

function publish(client: MqttClient, reading: Reading): Promise<unknown> {
  const text = JSON.stringify(reading)
  return client.publishAsync(`plant/${reading.device}/reading`, text, { qos: 1 })
}

export async function averagesIn(influxd: Influxd, database: string): Promise<readonly Average[]> {
  const rows = await influxd.query('SELECT average, device FROM temperature', database)
  return rows
    .map(({ time, device, average }) => ({
      time: Number(time),
      device: String(device),
      average: Number(average),
    }))
    .toSorted(byTimeAndDevice)
}

function byTimeAndDevice(a: Average, b: Average): number {
  return a.time - b.time || a.device.localeCompare(b.device)
}
