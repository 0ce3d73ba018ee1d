import { note } from '@millrace/sdk'
import { descriptor } from './descriptor.ts'

export const comment = note(descriptor)
