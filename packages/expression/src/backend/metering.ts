import { parameterAt } from '../check/checker.ts'
import type { FunctionDefinition } from '../functions/definition.ts'

/** Whether the size of an argument counts towards the steps of an evaluation. */
export function isMetered(definition: FunctionDefinition, index: number): boolean {
  const types = parameterAt(definition, index)?.types ?? []
  if (types.every((type) => type === 'number' || type === 'boolean')) return false
  return definition.unmetered === undefined || (definition.unmetered === 'first' && index > 0)
}

/** Whether the result may be a text longer than an argument. */
export function isGrowing(definition: FunctionDefinition): boolean {
  return definition.result === 'text' && definition.unmetered === undefined
}
