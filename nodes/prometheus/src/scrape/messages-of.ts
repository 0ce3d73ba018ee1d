import type { Message } from '@millrace/sdk'
import { groupMetrics, metricOf } from '../exposition/metrics.ts'
import { seriesText } from '../exposition/sample.ts'
import type { Exposition, MetricType, Sample } from '../exposition/sample.ts'
import type { Scrape } from './scrape.ts'
import { withTargetLabels } from './target.ts'

export interface MessageRule {
  readonly per: 'sample' | 'metric' | 'target'
  readonly isWanted: (name: string) => boolean
  readonly honorLabels: boolean
  readonly honorTimes: boolean
}

/** The messages that a scrape makes, and those that say how it went, as Prometheus adds them. */
export function messagesOf(scrape: Scrape, rule: MessageRule): readonly Message[] {
  const { target, shown } = scrape
  const wanted = shown.samples.filter(({ name }) => rule.isWanted(name))
  const samples = wanted.map((sample) => ({
    ...sample,
    labels: withTargetLabels(sample.labels, target.labels, rule.honorLabels),
    timeMs: rule.honorTimes ? sample.timeMs : undefined,
  }))
  const labelled: Exposition = { samples, about: shown.about }
  if (rule.per === 'target') return [wholeTarget(scrape, labelled)]
  const messages = rule.per === 'metric' ? ofMetrics(labelled, scrape) : ofSamples(labelled, scrape)
  return [...messages, ...ofSamples({ samples: reportOf(scrape), about: reportTypes }, scrape)]
}

function ofSamples({ samples, about }: Exposition, scrape: Scrape): Message[] {
  return samples.map(({ name, labels, value, timeMs }) => {
    const payload = { name, type: typeOf(name, about), labels, value }
    return messageOf(payload, scrape, timeMs)
  })
}

function ofMetrics(exposition: Exposition, scrape: Scrape): Message[] {
  return groupMetrics(exposition).map(({ timeMs, ...payload }) =>
    messageOf(payload, scrape, timeMs),
  )
}

function messageOf(
  payload: { readonly name: string; readonly labels: Sample['labels'] },
  { target, startedAt }: Scrape,
  timeMs: number | undefined,
): Message {
  return {
    payload,
    topic: payload.name,
    key: seriesText(payload.name, payload.labels),
    time: timeMs ?? startedAt,
    target: target.url.href,
  }
}

function typeOf(name: string, about: Exposition['about']): MetricType {
  return metricOf(name, about).about?.type ?? 'unknown'
}

/** `up` and its like. */
function reportOf({ target, shown, durationMs, error }: Scrape): readonly Sample[] {
  const of = (name: string, value: number): Sample => {
    return { name, labels: target.labels, value, timeMs: undefined }
  }
  return [
    of('up', error === undefined ? 1 : 0),
    of('scrape_duration_seconds', durationMs / 1000),
    of('scrape_samples_scraped', shown.samples.length),
  ]
}

const reportTypes: Exposition['about'] = new Map(
  ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'].map((name) => [
    name,
    { type: 'gauge' as const, help: '', unit: '' },
  ]),
)

function wholeTarget(scrape: Scrape, { samples, about }: Exposition): Message {
  const { target, startedAt, durationMs, error } = scrape
  return {
    payload: {
      up: error === undefined ? 1 : 0,
      ...(error === undefined ? {} : { error: error.message }),
      labels: target.labels,
      durationMs,
      samples: samples.map(({ name, labels, value }) => {
        return { name, type: typeOf(name, about), labels, value }
      }),
    },
    topic: 'up',
    key: target.labels['instance'],
    time: startedAt,
    target: target.url.href,
  }
}
