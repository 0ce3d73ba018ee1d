export { startAlertmanager, type Alertmanager, type PostedAlert } from './alertmanager.ts'
export { startApicurio, type Apicurio } from './apicurio.ts'
export { makeCertificate, type Certificate } from './certificate.ts'
export { startChild, type Child } from './child.ts'
export { findChromium, chromiumArguments } from './chromium.ts'
export { startCollectd, type Collectd } from './collectd.ts'
export { freePorts } from './free-port.ts'
export { startGrafanaStub, type GrafanaStub } from './grafana-stub.ts'
export { startInfluxd, type Influxd, type InfluxdOptions } from './influxd.ts'
export { startKafka, type Kafka, type KafkaOptions, type ReadRecord } from './kafka.ts'
export {
  addPartitions,
  deleteRecords,
  oldestOffsets,
  writeAt,
  type PartitionOffset,
} from './kafka-admin.ts'
export { startMosquitto, type Mosquitto, type MosquittoOptions } from './mosquitto.ts'
export {
  guardedUser,
  startPrometheus,
  type Prometheus,
  type PrometheusSeries,
} from './prometheus.ts'
export {
  findCommand,
  programOf,
  serviceMissing,
  serviceNames,
  type ServiceName,
} from './program.ts'
export { startVictoriaMetrics, type VictoriaMetrics } from './victoria-metrics.ts'
export type { Service } from './service.ts'
export { startVmagent, type Vmagent } from './vmagent.ts'
export { until } from './until.ts'
