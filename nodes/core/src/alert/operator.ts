import { NodeError, operator, steadyTime } from '@millrace/sdk'
import type { Expression, KeyedState, Message, NodeContext, Operator, Timer } from '@millrace/sdk'
import { textOfKey } from '../key-text.ts'
import { acknowledge, elapse, nextAt, observe, within } from './alert-state.ts'
import type { About, AlertChange, AlertState, AlertStep, Evidence } from './alert-state.ts'
import { descriptor } from './descriptor.ts'

type Context = NodeContext<typeof descriptor>

/** Alerts open or about to be raised; further ones leave by the error port. */
const keysMax = 10_000

export const alert = operator(descriptor, (context) => new AlertOperator(context))

class AlertOperator implements Operator {
  private readonly context: Context
  private readonly alerts: KeyedState<AlertState>
  private readonly timers = new Map<string, Timer>()
  private readonly evidenceOf: (message: Message) => Evidence
  /** Rules go by a time that nobody sets; what is told has the time of the clock. */
  private readonly now: () => number
  private openCount = 0

  constructor(context: Context) {
    this.context = context
    this.alerts = context.state.map('alerts')
    this.now = steadyTime(context.clock)
    this.evidenceOf = evidenceReader(context.config.raiseWhen, context.config.clearWhen)
    this.takeUp()
  }

  onMessage(message: Message): void {
    const key = this.keyOf(message)
    const before = this.alerts.get(key) ?? null
    const step = observe(before, this.evidenceOf(message), {
      now: this.now(),
      rules: this.context.config,
      describe: () => this.describe(message, key),
    })
    if (before === null && step.state === null && step.change === null) return
    if (before === null && this.alerts.size >= keysMax) {
      throw new NodeError('ALERT_TOO_MANY', `There are ${keysMax} alerts open or about to be.`)
    }
    this.take(key, before, step)
  }

  onAction(name: string, argument: unknown): void {
    if (name !== 'acknowledge') throw new NodeError('ALERT_ACTION', `An alert cannot "${name}".`)
    const key = keyIn(argument)
    const state = this.alerts.get(key)
    if (state?.since == null) throw new NodeError('ALERT_UNKNOWN', `No alert "${key}" is open.`)
    this.take(key, state, { state: acknowledge(state), change: null, told: null })
  }

  private take(key: string, before: AlertState | null, { state, change, told }: AlertStep): void {
    if (state === null) this.alerts.delete(key)
    else if (state !== before) this.alerts.set(key, state)
    this.arm(key, before, state)
    if (change === null || told === null) return
    if (change === 'raised') this.openCount += 1
    if (change === 'cleared') this.openCount -= 1
    this.showStatus()
    this.tell(change, key, told)
  }

  /** One timer for a key, for the next thing that happens by time alone. */
  private arm(key: string, before: AlertState | null, state: AlertState | null): void {
    const at = state === null ? null : nextAt(state)
    const armed = before === null || !this.timers.has(key) ? null : nextAt(before)
    if (at === armed) return
    this.timers.get(key)?.cancel()
    this.timers.delete(key)
    if (at === null) return
    const delayMs = Math.max(0, at - this.now())
    this.timers.set(
      key,
      this.context.timers.after(delayMs, () => this.onTimer(key)),
    )
  }

  private onTimer(key: string): void {
    this.timers.delete(key)
    const state = this.alerts.get(key)
    if (state === undefined) return
    this.take(key, state, elapse(state, this.now(), this.context.config))
  }

  private tell(change: AlertChange, key: string, { about, since: started }: AlertState): void {
    const { clock, config, emit } = this.context
    const time = clock.now()
    const since = started === null ? null : started + time - this.now()
    const { text, value, topic } = about
    this.context.report({
      kind: 'alert',
      change,
      key,
      severity: config.severity,
      text,
      time,
      value,
    })
    const node = this.context.id
    const payload = { change, key, severity: config.severity, text, value, time, since, node }
    const message: Message = { payload, key, time }
    if (topic !== undefined) message.topic = topic
    if (change === 'cleared') emit.cleared(message)
    else emit.raised(message)
  }

  private describe(message: Message, key: string): About {
    const { text, value } = this.context.config
    const topic = typeof message.topic === 'string' ? message.topic : undefined
    return { text: text({ ...message, key }), value: value?.(message) ?? null, topic }
  }

  private keyOf(message: Message): string {
    const { key } = this.context.config
    return textOfKey(key === undefined ? (message.key ?? message.topic) : key(message))
  }

  /** After a restart: what was open is shown again, and time goes on from where it was. */
  private takeUp(): void {
    for (const [key, stored] of this.alerts.entries()) {
      const state = within(stored, this.now(), this.context.config)
      if (state !== stored) this.alerts.set(key, state)
      this.arm(String(key), null, state)
      if (state.since === null) continue
      this.openCount += 1
      this.context.report({
        kind: 'alert',
        change: 'repeated',
        key: String(key),
        severity: this.context.config.severity,
        text: state.about.text,
        time: state.since,
        value: state.about.value,
      })
    }
    this.showStatus()
  }

  private showStatus(): void {
    const isOpen = this.openCount > 0
    this.context.status({
      state: isOpen ? 'warning' : 'ok',
      text: isOpen ? `${this.openCount} open` : 'None open',
    })
  }
}

function evidenceReader(
  raiseWhen: Expression<boolean>,
  clearWhen: Expression<boolean> | undefined,
): (message: Message) => Evidence {
  if (clearWhen !== undefined) {
    return (message) => ({ raise: raiseWhen(message), clear: clearWhen(message) })
  }
  return (message) => {
    const raise = raiseWhen(message)
    return { raise, clear: raise === null ? null : !raise }
  }
}

function keyIn(argument: unknown): string {
  const isObject = typeof argument === 'object' && argument !== null
  const key = isObject && 'key' in argument ? argument.key : undefined
  if (typeof key === 'string') return key
  throw new NodeError('ALERT_ACTION', 'Say which alert: { "key": "…" }.')
}
