import type { NodeType } from '@millrace/sdk'
import { alert } from './alert/operator.ts'
import { change } from './change/operator.ts'
import { chart } from './chart/sink.ts'
import { comment } from './comment/note.ts'
import { debug } from './debug/sink.ts'
import { filter } from './filter/operator.ts'
import { functionOperator } from './function/operator.ts'
import { inject } from './inject/source.ts'
import { parse } from './parse/operator.ts'
import { serialize } from './serialize/operator.ts'
import { switchOperator } from './switch/operator.ts'
import { template } from './template/operator.ts'

export const nodeTypes: readonly NodeType[] = [
  inject,
  filter,
  switchOperator,
  change,
  template,
  parse,
  serialize,
  functionOperator,
  alert,
  debug,
  chart,
  comment,
]
