import { NodeError, source } from '@millrace/sdk'
import type { Message, SourceContext } from '@millrace/sdk'
import { calendar } from './calendar.ts'
import { descriptor } from './descriptor.ts'

type Context = SourceContext<typeof descriptor>

export const inject = source(descriptor, (context) => {
  const { config, timers } = context
  const payload = payloadMaker(context)
  let sent = 0
  let isPaused = false
  let isStopped = false

  const send = (): void => {
    sent += 1
    const message: Message = { payload: payload(sent), time: context.clock.now() }
    if (config.topic !== '') message.topic = config.topic
    // Whatever became of the message is shown where it happened; there is nothing to send again.
    context.deliver(() => context.emit.out(message), nothing)
  }
  const tick = (): void => {
    if (!isPaused && !isStopped) send()
  }
  const isOver = context.isUnattended === true && config.schedule === 'none'
  const tickOnce = (): void => {
    // What cannot be sent now is what everything waits for.
    if (isPaused && !isStopped) return void timers.after(retryMs, tickOnce)
    tick()
    if (isOver) context.end()
  }

  return {
    start() {
      if (config.atStart) timers.after(config.startDelayMs, isOver ? tickOnce : tick)
      else if (isOver) context.end()
      if (config.schedule === 'every') timers.every(config.everyMs, tick)
      if (config.schedule === 'cron') calendar(context, config, tick)
    },
    pause() {
      isPaused = true
    },
    resume() {
      isPaused = false
    },
    stop() {
      isStopped = true
    },
    onAction() {
      if (isStopped) throw new NodeError('INJECT_STOPPED', 'The flow is stopping.')
      send()
    },
  }
})

function payloadMaker({ config, clock }: Context): (number: number) => unknown {
  switch (config.payloadKind) {
    case 'timestamp':
      return () => clock.now()
    case 'text':
      return () => config.text
    case 'number':
      return () => config.number
    case 'boolean':
      return () => config.boolean
    case 'json':
      return () => structuredClone(config.json)
    case 'expression':
      return (number) =>
        config.expression({ payload: number, topic: config.topic, time: clock.now() })
  }
}

/** How soon an only message is tried again while the flow is behind. */
const retryMs = 50

function nothing(): void {}
