import type { Descriptor } from '@millrace/sdk/descriptor'
import { descriptor as alert } from './alert/descriptor.ts'
import { descriptor as change } from './change/descriptor.ts'
import { descriptor as chart } from './chart/descriptor.ts'
import { descriptor as comment } from './comment/descriptor.ts'
import { descriptor as debug } from './debug/descriptor.ts'
import { descriptor as filter } from './filter/descriptor.ts'
import { descriptor as functionDescriptor } from './function/descriptor.ts'
import { descriptor as inject } from './inject/descriptor.ts'
import { descriptor as parse } from './parse/descriptor.ts'
import { descriptor as serialize } from './serialize/descriptor.ts'
import { descriptor as switchDescriptor } from './switch/descriptor.ts'
import { descriptor as template } from './template/descriptor.ts'

/** In the order of the palette, within each category. */
export const descriptors: readonly Descriptor[] = [
  inject,
  filter,
  switchDescriptor,
  change,
  template,
  parse,
  serialize,
  functionDescriptor,
  alert,
  debug,
  chart,
  comment,
]
