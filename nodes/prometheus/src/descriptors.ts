import type { Descriptor } from '@millrace/sdk/descriptor'
import { prometheusConnectionDescriptor } from './connection/descriptor.ts'
import { prometheusExposeDescriptor } from './expose/descriptor.ts'
import { prometheusReceiveDescriptor } from './receive/descriptor.ts'
import { prometheusScrapeDescriptor } from './scrape/descriptor.ts'
import { prometheusWriteDescriptor } from './write/descriptor.ts'

export const descriptors: readonly Descriptor[] = [
  prometheusConnectionDescriptor,
  prometheusScrapeDescriptor,
  prometheusReceiveDescriptor,
  prometheusExposeDescriptor,
  prometheusWriteDescriptor,
]
