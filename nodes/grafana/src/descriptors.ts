import type { Descriptor } from '@millrace/sdk/descriptor'
import { grafanaAlertsDescriptor } from './alerts/descriptor.ts'
import { grafanaAnnotationDescriptor } from './annotation/descriptor.ts'
import { grafanaConnectionDescriptor } from './connection/descriptor.ts'
import { grafanaLiveDescriptor } from './live/descriptor.ts'

export const descriptors: readonly Descriptor[] = [
  grafanaConnectionDescriptor,
  grafanaAnnotationDescriptor,
  grafanaLiveDescriptor,
  grafanaAlertsDescriptor,
]
