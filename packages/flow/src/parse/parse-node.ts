import type { ConnectionDocument, FlowNode } from '../flow.ts'
import { limits } from '../limits.ts'
import { readErrorPolicy } from './parse-error-policy.ts'
import { idForm, isRecord, typeForm } from './findings.ts'
import type { Findings } from './findings.ts'
import { findUnsafeJson } from './unsafe-json.ts'

const configBounds = {
  depth: limits.configDepth,
  textCharacters: limits.configTextCharacters,
  values: limits.configValues,
}

export function readNode(value: unknown, path: string, findings: Findings): FlowNode | null {
  const shownId = isRecord(value) && typeof value['id'] === 'string' ? value['id'].slice(0, 64) : ''
  findings.owner = shownId === '' ? {} : { node: shownId }
  const node = readOwned(value, path, findings)
  findings.owner = {}
  return node
}

const nodeKeys = ['id', 'type', 'name', 'config', 'isDisabled', 'onError']

function readOwned(value: unknown, path: string, findings: Findings): FlowNode | null {
  const record = findings.object(value, path, nodeKeys)
  if (!record) return null
  const { name, isDisabled, onError } = record
  if (isDisabled !== undefined && typeof isDisabled !== 'boolean') {
    findings.add('SHAPE_BOOLEAN', `${path}.isDisabled`, `must be true or false`)
  }
  return {
    id: findings.name(record['id'], `${path}.id`, idForm),
    type: findings.name(record['type'], `${path}.type`, typeForm),
    ...(name !== undefined && {
      name: findings.text(name, `${path}.name`, limits.nameCharacters),
    }),
    config: readConfig(record['config'], `${path}.config`, findings),
    ...(isDisabled === true && { isDisabled }),
    ...(onError !== undefined && {
      onError: readErrorPolicy(onError, `${path}.onError`, findings),
    }),
  }
}

export function readConnection(
  value: unknown,
  path: string,
  findings: Findings,
): ConnectionDocument | null {
  const record = findings.object(value, path, ['id', 'type', 'name', 'config'])
  if (!record) return null
  const inside = (key: string) => (path === '' ? key : `${path}.${key}`)
  const id = findings.name(record['id'], inside('id'), idForm)
  findings.owner = id === '' ? {} : { connection: id }
  const document = {
    id,
    type: findings.name(record['type'], inside('type'), typeForm),
    name: findings.text(record['name'], inside('name'), limits.nameCharacters),
    config: readConfig(record['config'], inside('config'), findings),
  }
  findings.owner = {}
  return document
}

function readConfig(
  value: unknown,
  path: string,
  findings: Findings,
): Readonly<Record<string, unknown>> {
  const record = findings.record(value, path)
  const unsafe = record && findUnsafeJson(record, path, configBounds)
  if (unsafe) findings.add(unsafe.code, unsafe.path, unsafe.message)
  return record ?? {}
}
