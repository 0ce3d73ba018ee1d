import type { NodeType } from '@millrace/sdk'
import { prometheusConnection } from './connection/connection.ts'
import { prometheusExpose } from './expose/sink.ts'
import { prometheusReceive } from './receive/source.ts'
import { prometheusScrape } from './scrape/source.ts'
import { prometheusWrite } from './write/sink.ts'

export const nodeTypes: readonly NodeType[] = [
  prometheusConnection,
  prometheusScrape,
  prometheusReceive,
  prometheusExpose,
  prometheusWrite,
]
