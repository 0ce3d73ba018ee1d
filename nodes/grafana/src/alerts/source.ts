import { NodeError, source, toOperatingError } from '@millrace/sdk'
import type { HttpRequest, HttpResponse, Message, SourceContext } from '@millrace/sdk'
import { deniedCount, isAdmitted } from '@millrace/web'
import { grafanaAlertsDescriptor } from './descriptor.ts'
import { readAlerts } from './read-alerts.ts'
import type { Alert, AlertGroup } from './read-alerts.ts'
import { signatureProblem } from './signature.ts'
import { toldBefore } from './told-before.ts'

type Context = SourceContext<typeof grafanaAlertsDescriptor>

export const grafanaAlerts = source(grafanaAlertsDescriptor, (context) => {
  const { config, http, intake, state } = context
  const wasTold = toldBefore(state.map<string>('told'))
  const isRepeat = (alert: Alert): boolean => config.repeats === 'drop' && wasTold(alert)
  const leaving: (() => void)[] = []
  const showText = `Takes alerts at ${config.path}`
  const desk: Desk = { context, isRepeat, onDenied: deniedCount(context, showText) }
  let isPaused = false
  const stop = (): void => {
    for (const leave of leaving.splice(0)) leave()
  }
  return {
    start: () => {
      const { path, bodyBytesMax } = config
      for (const method of ['POST', 'PUT']) {
        const onRequest = (request: HttpRequest): void => {
          if (isPaused) http.respond(request.id, busy)
          else take(desk, request)
        }
        leaving.push(http.route({ method, path, bodyBytesMax, openMax }, onRequest))
      }
      // Nothing of how it is read can be set, so what was taken in can be read again.
      intake.onReplay((record) => emitAll(context, readAlerts(record), isRepeat))
      context.status({ state: 'ok', text: showText.slice(0, 200) })
    },
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
    },
    stop,
    close: stop,
  }
})

const openMax = 1000

interface Desk {
  readonly context: Context
  readonly isRepeat: (alert: Alert) => boolean
  /** A request was turned away for who sent it. */
  readonly onDenied: () => void
}

function take({ context, isRepeat, onDenied }: Desk, request: HttpRequest): void {
  const { http, intake } = context
  const refusal = refusalOf(context, request)
  if (refusal !== undefined) {
    http.respond(request.id, refusal)
    onDenied()
    return
  }
  let group: AlertGroup
  try {
    group = readAlerts(request.body)
  } catch (error) {
    const { code, message } = toOperatingError(error)
    http.respond(request.id, answer(400, code, message))
    return
  }
  const settled = (error?: unknown): void => {
    http.respond(request.id, error === undefined ? accepted : failed(error, intake.isDurable))
  }
  const run = (): void => emitAll(context, group, isRepeat)
  // A copy: the body is a part of something bigger.
  intake.take(Uint8Array.from(request.body), run, settled, { isAwaited: true })
}

/** Both senders try again on 5xx and give up on 4xx. */
function refusalOf({ config, clock }: Context, request: HttpRequest): HttpResponse | undefined {
  if (!isAdmitted(config, request)) return notAdmitted
  if (!config.isSigned) return undefined
  const problem = signatureProblem(request, config, clock.now())
  return problem === undefined ? undefined : answer(401, 'GRAFANA_BAD_SIGNATURE', problem)
}

function emitAll(
  { emit }: Context,
  { alerts, group }: AlertGroup,
  isRepeat: (alert: Alert) => boolean,
): void {
  for (const alert of alerts) {
    if (!isRepeat(alert)) emit.out(messageOf(alert, group))
  }
}

function messageOf(alert: Alert, group: AlertGroup['group']): Message {
  const name = alert.labels['alertname']
  return {
    payload: alert,
    topic: typeof name === 'string' ? name : 'alert',
    key: alert.fingerprint,
    // With room for the time that the engine sets.
    time: undefined,
    group,
  }
}

const accepted: HttpResponse = { status: 200 }
const busy = answer(503, 'GRAFANA_BUSY', 'The flow cannot keep up. Try again later.')
const notAdmitted = answer(
  401,
  'GRAFANA_NOT_ADMITTED',
  'Name, password or token is missing or wrong.',
)

function failed(error: unknown, isDurable: boolean): HttpResponse {
  const { code, message } = toOperatingError(error)
  // What was thrown by code of a flow is not for strangers.
  const text = error instanceof NodeError ? message : 'The flow could not handle it.'
  return answer(isDurable ? 503 : 500, code, text)
}

function answer(status: number, code: string, message: string): HttpResponse {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (status === 503) headers['retry-after'] = '1'
  if (status === 401) headers['www-authenticate'] = 'Basic'
  return { status, headers, body: JSON.stringify({ code, message }) }
}
