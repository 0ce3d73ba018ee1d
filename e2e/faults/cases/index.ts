import type { Fault } from '../fault.ts'
import { brokerRestarted } from './broker-restarted.ts'
import { clockStepped } from './clock-stepped.ts'
import { databaseDown } from './database-down.ts'
import { diskFull } from './disk-full.ts'
import { engineKilled } from './engine-killed.ts'
import { kafkaBrokerKilled } from './kafka-broker-killed.ts'
import { kafkaExactlyOnce } from './kafka-exactly-once.ts'
import { kafkaShared, kafkaTakenOver } from './kafka-shared.ts'
import { overload } from './overload.ts'
import { serverKilled } from './server-killed.ts'
import { tornWrites } from './torn-writes.ts'
import { workerKilled } from './worker-killed.ts'

export const faults: readonly Fault[] = [
  engineKilled,
  workerKilled,
  serverKilled,
  brokerRestarted,
  databaseDown,
  diskFull,
  tornWrites,
  clockStepped,
  overload,
  kafkaExactlyOnce,
  kafkaBrokerKilled,
  kafkaShared,
  kafkaTakenOver,
]
