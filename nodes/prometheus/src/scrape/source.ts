import { source } from '@millrace/sdk'
import type { SourceContext } from '@millrace/sdk'
import { Caller, signInHeaders } from '@millrace/web'
import { prometheusScrapeDescriptor } from './descriptor.ts'
import { messagesOf } from './messages-of.ts'
import { nameFilter } from './name-filter.ts'
import { scrape } from './scrape.ts'
import type { Scrape } from './scrape.ts'
import { targetOf } from './target.ts'
import type { Target } from './target.ts'

type Context = SourceContext<typeof prometheusScrapeDescriptor>

export const prometheusScrape = source(prometheusScrapeDescriptor, (context) => {
  const { config, clock, timers } = context
  const targets = config.targets.map((row) => targetOf(row, config.job))
  const caller = callerOf(context)
  const options = { caller, clock, headers: signInHeaders(config), samplesMax: config.samplesMax }
  const rule = { ...config, isWanted: nameFilter(config.only) }
  const isAsked = new Set<Target>()
  const health = healthReporter(context, targets)
  let isPaused = false
  let isStopped = false

  const ask = (target: Target): void => {
    // One that has not answered yet is not asked again, and nobody is asked while the flow is behind.
    if (isPaused || isStopped || isAsked.has(target)) return
    isAsked.add(target)
    void scrape(target, options).then((result) => {
      context.goesOn()
      isAsked.delete(target)
      if (isStopped) return
      health(result)
      const messages = messagesOf(result, rule)
      // Whatever became of them is shown where it happened; a target cannot show the past again.
      context.deliver(() => {
        for (const message of messages) context.emit.out(message)
      }, nothing)
    })
  }
  return {
    start: () => {
      context.status({ state: 'connecting', text: `Asks ${targets.length} targets` })
      for (const [index, target] of targets.entries()) {
        // Spread, so that not all are asked at the same moment.
        const delayMs = Math.min(config.intervalMs / targets.length, spreadMs) * index
        timers.after(Math.round(delayMs), () => {
          ask(target)
          timers.every(config.intervalMs, () => ask(target))
        })
      }
    },
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
    },
    stop: () => {
      isStopped = true
    },
    close: () => {
      isStopped = true
      caller.close()
    },
  }
})

const spreadMs = 500

function nothing(): void {}

function callerOf({ config, timers }: Context): Caller {
  const { timeoutMs, bodyBytesMax } = config
  return new Caller({
    timers,
    timeoutMs,
    answerBytesMax: bodyBytesMax,
    connectionsMax: 4,
    tls: config,
  })
}

/** Says how many targets are up, and tells the log when one goes down or comes back. */
function healthReporter(
  { status, log }: Context,
  targets: readonly Target[],
): (scrape: Scrape) => void {
  const down = new Map<Target, string>()
  let shown = ''
  return ({ target, error }) => {
    const before = down.get(target)
    if (error === undefined) down.delete(target)
    else down.set(target, error.message)
    if (error !== undefined && before === undefined) log.warn(error.message, { code: error.code })
    if (error === undefined && before !== undefined) log.info(`${target.url.host} is up again`)
    const [reason] = down.values()
    const up = `${targets.length - down.size} of ${targets.length} targets up`
    const text = reason === undefined ? up : `${up}. ${reason}`
    if (text === shown) return
    shown = text
    const state = down.size === 0 ? 'ok' : down.size < targets.length ? 'warning' : 'error'
    status({ state, text: text.slice(0, 200) })
  }
}
