/** The same work drawn for both systems. */
import type { ConnectionDocument, Flow, FlowNode, Wire } from '@millrace/flow'

export function flowOf(name: string, nodes: readonly FlowNode[], wires: readonly string[]): Flow {
  const layout = Object.fromEntries(
    nodes.map((node, index) => [
      node.id,
      { x: (index % 20) * 280, y: Math.floor(index / 20) * 96 },
    ]),
  )
  return { millrace: 1, name, title: name, nodes, wires: wires.map(wireOf), layout }
}

/** `a.port > b.port`, ports `out` and `in` when left out. */
function wireOf(text: string): Wire {
  const [from = '', to = ''] = text.split(' > ')
  return { from: endOf(from, 'out'), to: endOf(to, 'in') }
}

function endOf(text: string, port: string): Wire['from'] {
  const [node = '', name = port] = text.split('.')
  return { node, port: name }
}

export function brokerAt(port: number): ConnectionDocument {
  return {
    id: 'bench-broker',
    type: 'mqtt/connection',
    name: 'bench',
    config: { host: '127.0.0.1', port, version: '3.1.1' },
  }
}

const mqttIn = (id: string, topic: string, qos: '0' | '1' = '0'): FlowNode => ({
  id,
  type: 'mqtt/in',
  config: { broker: 'bench-broker', topic, qos },
})

const mqttOut = (id: string, topic: string, qos: '0' | '1' = '0'): FlowNode => ({
  id,
  type: 'mqtt/out',
  config: { broker: 'bench-broker', topic, qos },
})

const markers = [mqttIn('marker-in', 'bench/marker'), mqttOut('marker-out', 'bench/marked')]

export const millracePassthrough = flowOf(
  'passthrough',
  [mqttIn('in', 'bench/in/#'), mqttOut('out', 'bench/out'), ...markers],
  ['in > out', 'marker-in > marker-out'],
)

/** The same, each message acknowledged on both sides. */
export const millraceSafePassthrough = flowOf(
  'safe-passthrough',
  [mqttIn('in', 'bench/in/#', '1'), mqttOut('out', 'bench/out', '1'), ...markers],
  ['in > out', 'marker-in > marker-out'],
)

/** Averages of a second for each device, of acknowledged messages. */
export const millraceSafeWindow = flowOf(
  'safe-window',
  [
    mqttIn('in', 'bench/in/#', '1'),
    {
      id: 'window',
      type: 'window/aggregate',
      config: {
        type: 'tumbling',
        time: 'processing',
        sizeMs: 1000,
        groupBy: 'payload.device',
        aggregates: [{ id: '1', name: 'mean', function: 'avg', value: 'payload.value' }],
      },
    },
    mqttOut('out', 'bench/out', '1'),
    ...markers,
  ],
  ['in > window', 'window > out', 'marker-in > marker-out'],
)

/** A little of everything that keeps state, of acknowledged messages. */
export const millraceSoak = flowOf(
  'soak',
  [
    ...millraceSafeWindow.nodes,
    {
      id: 'alert',
      type: 'core/alert',
      config: { raiseWhen: 'payload.value < 10', key: 'payload.device' },
    },
    { id: 'alarms', type: 'core/filter', config: { condition: 'payload != null' } },
  ],
  ['in > window', 'window > out', 'in > alert', 'alert.raised > alarms', 'marker-in > marker-out'],
)

export const millracePipeline = flowOf(
  'pipeline',
  [
    mqttIn('in', 'bench/in/#'),
    { id: 'filter', type: 'core/filter', config: { condition: 'payload.value < 10' } },
    {
      id: 'change',
      type: 'core/change',
      config: {
        rows: [{ id: '1', action: 'set', place: 'payload.celsius', value: 'payload.value' }],
      },
    },
    {
      id: 'window',
      type: 'window/aggregate',
      config: {
        type: 'tumbling',
        time: 'processing',
        sizeMs: 1000,
        groupBy: 'payload.device',
        aggregates: [{ id: '1', name: 'mean', function: 'avg', value: 'payload.celsius' }],
      },
    },
    mqttOut('out', 'bench/out'),
    ...markers,
  ],
  ['in > filter', 'filter > change', 'change > window', 'window > out', 'marker-in > marker-out'],
)

export const millraceDebug = flowOf(
  'debug',
  [mqttIn('in', 'bench/in/#'), { id: 'debug', type: 'core/debug', config: {} }, ...markers],
  ['in > debug', 'marker-in > marker-out'],
)

export const millraceHttp = flowOf(
  'http',
  [
    { id: 'in', type: 'http/in', config: { method: 'GET', path: '/bench', answer: 'response' } },
    { id: 'function', type: 'core/function', config: { code: httpFunction('message') } },
    { id: 'answer', type: 'http/response', config: {} },
  ],
  ['in > function', 'function > answer'],
)

export const millraceHttpDurable = flowOf(
  'http-durable',
  [
    { id: 'in', type: 'http/in', config: { method: 'POST', path: '/bench', answer: 'accepted' } },
    { id: 'filter', type: 'core/filter', config: { condition: 'payload.temperature > 90' } },
    { id: 'debug', type: 'core/debug', config: {} },
  ],
  ['in > filter', 'filter > debug'],
)

function httpFunction(name: string): string {
  return `${name}.payload = { ok: true, at: 'bench' }\nreturn ${name}`
}

const redBroker = (port: number): object => ({
  id: 'broker',
  type: 'mqtt-broker',
  name: 'bench',
  broker: '127.0.0.1',
  port: String(port),
  clientid: '',
  autoConnect: true,
  usetls: false,
  protocolVersion: '4',
  keepalive: '60',
  cleansession: true,
})

const redTab = { id: 'tab', type: 'tab', label: 'bench' }

function redNode(id: string, type: string, wires: readonly string[], config: object = {}): object {
  return { id, type, z: 'tab', x: 100, y: 100, wires: [wires], ...config }
}

function redMqtt(
  id: string,
  type: 'mqtt in' | 'mqtt out',
  topic: string,
  wires: readonly string[] = [],
): object {
  const common = { topic, qos: '0', broker: 'broker' }
  return type === 'mqtt in'
    ? redNode(id, type, wires, { ...common, datatype: 'auto-detect', inputs: 0 })
    : redNode(id, type, [], { ...common, retain: 'false' })
}

const redMarkers = [
  redMqtt('marker-in', 'mqtt in', 'bench/marker', ['marker-out']),
  redMqtt('marker-out', 'mqtt out', 'bench/marked'),
]

export const redPassthrough = (port: number): object[] => [
  redTab,
  redBroker(port),
  redMqtt('in', 'mqtt in', 'bench/in/#', ['out']),
  redMqtt('out', 'mqtt out', 'bench/out'),
  ...redMarkers,
]

const redWindow = `
let sums = context.get('sums') || new Map(); let timer = context.get('timer');
if (!timer) { context.set('sums', sums); context.set('timer', setInterval(() => {
  for (const [device, s] of sums) node.send({ payload: { key: device, mean: s.sum / s.count } });
  sums.clear() }, 1000)) }
const s = sums.get(msg.payload.device); if (s) { s.sum += msg.payload.celsius; s.count++ } else sums.set(msg.payload.device, { sum: msg.payload.celsius, count: 1 });
return null`

export const redPipeline = (port: number): object[] => [
  redTab,
  redBroker(port),
  redMqtt('in', 'mqtt in', 'bench/in/#', ['filter']),
  redNode('filter', 'switch', ['change'], {
    property: 'payload.value',
    propertyType: 'msg',
    rules: [{ t: 'lt', v: '10', vt: 'num' }],
    checkall: 'true',
    outputs: 1,
  }),
  redNode('change', 'change', ['window'], {
    rules: [{ t: 'set', p: 'payload.celsius', pt: 'msg', to: 'payload.value', tot: 'msg' }],
  }),
  redNode('window', 'function', ['out'], {
    func: redWindow,
    outputs: 1,
    finalize: "clearInterval(context.get('timer'))",
    libs: [],
  }),
  redMqtt('out', 'mqtt out', 'bench/out'),
  ...redMarkers,
]

export const redDebug = (port: number): object[] => [
  redTab,
  redBroker(port),
  redMqtt('in', 'mqtt in', 'bench/in/#', ['debug']),
  redNode('debug', 'debug', [], {
    active: true,
    tosidebar: true,
    complete: 'payload',
    targetType: 'msg',
  }),
  ...redMarkers,
]

export const redHttp: object[] = [
  redTab,
  redNode('in', 'http in', ['function'], { url: '/bench', method: 'get' }),
  redNode('function', 'function', ['answer'], { func: httpFunction('msg'), outputs: 1, libs: [] }),
  redNode('answer', 'http response', [], {}),
]

export const redHttpPost: object[] = [
  redTab,
  redNode('in', 'http in', ['answer'], { url: '/bench', method: 'post' }),
  redNode('answer', 'http response', [], {}),
]
