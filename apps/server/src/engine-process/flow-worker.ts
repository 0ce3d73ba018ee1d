import type { Deployment, DeploymentSpec, EngineHost, UpdateReport } from '@millrace/engine'
import type { Clock, HttpRoute, NodeType, Report, Status, TestStep, Timer } from '@millrace/sdk'
import { whileStoring } from './beat.ts'
import { CounterFeed } from './counter-feed.ts'
import { lettersFile } from './durable/dead-letter-file.ts'
import { type DurableFolders, FlowDurability } from './durable/flow-durability.ts'
import { FlowLetters } from './durable/flow-letters.ts'
import { WorkerHttp } from './http/worker-http.ts'
import type {
  CommandResult,
  ConnectionTest,
  FlowReports,
  SpecText,
  WorkerCommand,
  WorkerEvent,
} from './messages.ts'
import { partsOf, refusalOf, sentenceOf, UpdateRefused } from './flow-refusal.ts'
import { ReportBuffer, usualReportLimits } from './report-buffer.ts'
import { redactedEvent } from './secrecy/redacted-events.ts'
import { Redactor } from './secrecy/redactor.ts'
import { mayLackNodes, nodesOf, specOf, typesOf } from './spec-text.ts'
import { nothingWatched, type Watched } from './watched.ts'

export interface FlowWorkerOptions {
  readonly clock: Clock
  schedule(delayMs: number, run: () => void): Timer
  /** Index of the node whose code runs, read by the process. */
  readonly marker: Int32Array
  post(event: WorkerEvent): void
  /** Waits until the process has answered whether the route is free. */
  takeRoute(number: number, route: HttpRoute): boolean
  loadNodeTypes(types: readonly string[]): Promise<ReadonlyMap<string, NodeType>>
  openDeployment(spec: DeploymentSpec, host: EngineHost): Deployment
  testConnection(test: ConnectionTest, host: EngineHost): AsyncIterable<TestStep>
  /** Tells the process that the thread is not stuck, from within work that takes long. */
  beat?(): void
  /** Whether nobody can press a button of the flow. */
  readonly isUnattended?: boolean | undefined
  /** Where to keep what must outlive the flow; without it nothing is kept. */
  readonly durable?: DurableFolders | undefined
  /** The flow has ended by itself, and is to be taken out of its thread. */
  exit?(): void
}

const reportsEveryMs = 100
const countersEveryMs = 250

/** Runs one flow in a worker thread: obeys the process, and tells it what the flow does. */
export class FlowWorker {
  private readonly options: FlowWorkerOptions
  private readonly redactor = new Redactor()
  private readonly http: WorkerHttp
  private readonly reports: ReportBuffer
  private readonly counters = new CounterFeed()
  private readonly nodeTypes = new Map<string, NodeType>()
  private readonly statuses = new Map<string, Status>()
  private spec: DeploymentSpec | undefined
  private deployment: Deployment | undefined
  private durability: FlowDurability | undefined
  private letters: FlowLetters | undefined
  private isHalting = false
  private watched: Watched = nothingWatched
  private debugNodes: ReadonlySet<string> | null = new Set()
  private untap: (() => void)[] = []
  private countersTimer: Timer | undefined
  /** Who wants to know of promises left rejected, by what these inherit from. */
  private readonly rejections = new WeakMap<object, (reason: unknown) => void>()
  /** Commands that take time are done one after the other. */
  private last: Promise<void> = Promise.resolve()

  constructor(given: FlowWorkerOptions) {
    const post = (event: WorkerEvent) => given.post(redactedEvent(event, this.redactor))
    const options = { ...given, post }
    this.options = options
    this.http = new WorkerHttp({
      take: (number, route) => options.takeRoute(number, route),
      release: (number) => options.post({ kind: 'release-route', number }),
      send: (batch) => options.post(batch),
      sendSteps: (batch) => options.post(batch),
      soon: (run) => void options.schedule(0, run),
      onError: (error) => this.logError('A request could not be handled', error),
    })
    this.reports = new ReportBuffer({
      clock: options.clock,
      limits: usualReportLimits,
      onFirst: () => void options.schedule(reportsEveryMs, () => this.postReports()),
    })
  }

  obey(command: WorkerCommand): void {
    if (command.kind === 'requests') this.http.onRequests(command)
    else if (command.kind === 'streamed') this.http.onStreamed(command)
    else if (command.kind === 'watch') this.watch(command.watched)
    else this.last = this.last.then(() => this.answer(command))
  }

  /** Whether code of its nodes runs at this moment. */
  get isRunningNode(): boolean {
    return (this.options.marker[0] ?? -1) >= 0
  }

  /** Gives back all that the flow holds, as the thread goes on without it; never rejects. */
  leave(): Promise<void> {
    this.last = this.last
      .then(() => this.stop(0))
      .catch(noteNothing)
      .then(() => this.watch(nothingWatched))
    return this.last
  }

  /** The thread is about to end because of this error; tells whose it was. */
  crash(error: unknown): void {
    this.postReports()
    this.options.post({ kind: 'crashed', node: this.runningNode(), detail: sentenceOf(error) })
  }

  /**
   * A promise was rejected and nobody handled it. True when it is the affair of a node. Of the
   * promise nothing is asked but what it inherits from, and the reason is not looked at: both may
   * come from a person's code.
   */
  takesRejection(promise: object, reason: unknown): boolean {
    let parent: unknown = Object.getPrototypeOf(promise)
    for (; typeof parent === 'object' && parent !== null; parent = Object.getPrototypeOf(parent)) {
      const told = this.rejections.get(parent)
      if (told === undefined) continue
      told(reason)
      return true
    }
    return false
  }

  private async answer(
    command: Exclude<WorkerCommand, { kind: 'requests' | 'streamed' | 'watch' }>,
  ): Promise<void> {
    const { id } = command
    try {
      this.options.post({ kind: 'done', id, result: await this.do(command) })
    } catch (error) {
      this.options.post({ kind: 'refused', id, ...refusalOf(error) })
    }
  }

  private async do(
    command: Exclude<WorkerCommand, { kind: 'requests' | 'streamed' | 'watch' }>,
  ): Promise<CommandResult> {
    switch (command.kind) {
      case 'prepare':
        await this.load(command.types)
        return { kind: 'nothing' }
      case 'start':
      case 'update':
        return { kind: 'deployed', report: await this.deploy(command.spec, command.watched) }
      case 'stop':
        await this.stop(command.drainMs)
        return { kind: 'nothing' }
      case 'action':
        this.deployment?.action(command.node, command.name, command.argument)
        return { kind: 'nothing' }
      case 'test':
        return { kind: 'tested', steps: await this.test(command, command.id) }
    }
  }

  private async deploy(text: SpecText, watched: Watched): Promise<UpdateReport> {
    const spec = specOf(text, this.spec)
    this.redactor.learn(spec.secrets)
    await this.loadFor(spec)
    const present = this.deployment
    const report = present === undefined ? await this.start(spec) : await this.update(present, spec)
    if (mayLackNodes(this.spec, spec, report)) this.durability?.retain(nodesOf(spec))
    this.spec = spec
    if (present === undefined) this.watch(watched)
    else this.adapt(report)
    return report
  }

  private async start(spec: DeploymentSpec): Promise<UpdateReport> {
    this.durability = this.openDurability(spec.flow.name)
    this.letters = this.openLetters(spec.flow.name)
    const deployment = this.options.openDeployment(spec, this.host())
    this.deployment = deployment
    // It settles for any version of the deployment, once, and never rejects.
    void deployment.ended.then(() => this.onFinished())
    await deployment.start()
    return { started: spec.flow.nodes.map((node) => node.id), restarted: [], removed: [] }
  }

  /** The engine brings the version before back when an update fails, so the flow goes on. */
  private async update(deployment: Deployment, spec: DeploymentSpec): Promise<UpdateReport> {
    try {
      return await deployment.update(spec)
    } catch (error) {
      const isRunning = deployment.counters().nodes.length > 0
      throw new UpdateRefused(error, isRunning)
    }
  }

  private async stop(drainMs: number): Promise<void> {
    await this.deployment?.stop({ drainMs })
    const { letters, durability } = this
    this.letters = undefined
    this.durability = undefined
    letters?.close()
    await durability?.close()
    this.postReports()
    if (this.watched.isWatched) this.postCounters()
  }

  private async test(command: ConnectionTest, id: number): Promise<readonly TestStep[]> {
    this.redactor.learn(command.secrets)
    await this.load([command.connection.type])
    const steps: TestStep[] = []
    for await (const step of this.options.testConnection(command, this.host())) {
      steps.push(step)
      this.options.post({ kind: 'step', id, step })
    }
    return steps
  }

  private async loadFor(spec: DeploymentSpec): Promise<void> {
    try {
      await this.load(typesOf(spec))
    } catch (error) {
      const { type } = partsOf(error)
      const node = spec.flow.nodes.find((each) => each.type === type)?.id
      throw Object.assign(new Error(sentenceOf(error)), { code: partsOf(error).code, node })
    }
  }

  private async load(types: readonly string[]): Promise<void> {
    const missing = types.filter((type) => !this.nodeTypes.has(type))
    if (missing.length === 0) return
    const loaded = await this.options.loadNodeTypes(missing)
    for (const [name, type] of loaded) this.nodeTypes.set(name, type)
  }

  private openDurability(flow: string): FlowDurability | undefined {
    const { durable: folders, clock, post } = this.options
    if (folders === undefined) return undefined
    return new FlowDurability({
      flow,
      folders,
      clock,
      schedule: (delayMs, run) => this.options.schedule(delayMs, run),
      onProblem: (text, level) => this.reports.addLog({ time: clock.now(), level, text }),
      onInfo: (info) => post({ kind: 'reports', batch: { durability: info } }),
      onProgress: () => this.options.beat?.(),
      storing: (store) => whileStoring(this.options.marker, store),
    })
  }

  private openLetters(flow: string): FlowLetters | undefined {
    const { durable: folders, clock } = this.options
    if (folders === undefined) return undefined
    return new FlowLetters({
      path: lettersFile(folders.state, flow),
      soon: (run) => void this.options.schedule(0, run),
      onProblem: (text) => this.reports.addLog({ time: clock.now(), level: 'warn', text }),
    })
  }

  /** A node failed at a message for which the flow is to stop: it ends, with its state stored. */
  private halt(node: string, detail: string): void {
    if (this.isHalting) return
    this.isHalting = true
    const { schedule, post, exit } = this.options
    schedule(0, () => {
      void this.stop(0).finally(() => {
        post({ kind: 'halted', node, detail })
        exit?.()
      })
    })
  }

  private host(): EngineHost {
    const { clock, marker, post } = this.options
    const { durability, letters } = this
    return {
      ...(letters !== undefined && { deadLetters: letters }),
      halt: (node, reason) => this.halt(node, reason),
      ...(durability !== undefined && {
        epochs: durability.epochs,
        openIngestLog: (node: string) => durability.openIngestLog(node),
      }),
      nodeTypes: this.nodeTypes,
      isUnattended: this.options.isUnattended === true,
      clock,
      schedule: (delayMs, run) => this.options.schedule(delayMs, run),
      http: this.http,
      log: (entry) => this.reports.addLog(entry),
      status: (node, status) => this.onStatus(node, status),
      report: (node, report) => this.onReport(node, report),
      redact: (text) => this.redactor.text(text),
      isWatched: (node) => this.isDebugWatched(node),
      takeRejections: (prototype, told) => void this.rejections.set(prototype, told),
      gauges: {
        allocate: (count) => new Float64Array(count),
        marker,
        seated: (seats) => post({ kind: 'seated', seats }),
      },
    }
  }

  private onFinished(): void {
    this.postReports()
    this.options.post({ kind: 'finished' })
  }

  private logError(what: string, error: unknown): void {
    const time = this.options.clock.now()
    this.reports.addLog({ time, level: 'error', text: `${what}: ${sentenceOf(error)}` })
  }

  private onStatus(node: string, status: Status): void {
    this.statuses.set(node, status)
    if (this.watched.isWatched) this.reports.addStatus(node, status)
  }

  private onReport(node: string, report: Report): void {
    if (report.kind !== 'debug' || this.isDebugWatched(node)) this.reports.addReport(node, report)
  }

  private isDebugWatched(node: string): boolean {
    return this.watched.isWatched && (this.debugNodes === null || this.debugNodes.has(node))
  }

  private watch(watched: Watched): void {
    this.watched = watched
    this.debugNodes = watched.debugNodes === null ? null : new Set(watched.debugNodes)
    this.counters.reset()
    if (!watched.isWatched) this.reports.forgetDebugged()
    this.countersTimer?.cancel()
    this.countersTimer = undefined
    if (watched.isWatched) {
      for (const [node, status] of this.statuses) this.reports.addStatus(node, status)
      this.feedCounters()
    }
    this.tap(watched.isWatched ? watched.taps : [])
  }

  private tap(ports: readonly string[]): void {
    for (const close of this.untap) close()
    this.reports.retainTaps(ports)
    this.untap = ports.flatMap((port) => this.openTap(port) ?? [])
  }

  private openTap(port: string): (() => void) | undefined {
    const colonAt = port.lastIndexOf(':')
    const [node, name] = [port.slice(0, colonAt), port.slice(colonAt + 1)]
    try {
      return this.deployment?.tap(node, name, this.reports.seerOf(port))
    } catch {
      // The editor looks at a port that the running version does not have.
      return undefined
    }
  }

  private feedCounters(): void {
    this.postCounters()
    this.countersTimer = this.options.schedule(countersEveryMs, () => this.feedCounters())
  }

  private postCounters(): void {
    const { deployment, options } = this
    if (deployment === undefined) return
    const counters = this.counters.changes(deployment.counters(), options.clock.now())
    if (counters !== undefined) this.options.post({ kind: 'reports', batch: { counters } })
  }

  private postReports(): void {
    const batch: FlowReports | undefined = this.reports.take()
    if (batch !== undefined) this.options.post({ kind: 'reports', batch })
  }

  /** What is looked at stays; what it is looked at on is another version. */
  private adapt({ removed }: UpdateReport): void {
    for (const node of removed) this.statuses.delete(node)
    if (removed.length > 0) this.counters.reset()
    this.tap(this.watched.isWatched ? this.watched.taps : [])
  }

  private runningNode(): string | undefined {
    return this.deployment?.nodeAt(this.options.marker[0] ?? -1)
  }
}

/** What could not be stopped was told when it was asked to. */
function noteNothing(): undefined {
  return undefined
}
