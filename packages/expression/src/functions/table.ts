import { byteFunctions } from './bytes.ts'
import { conversionFunctions } from './conversions.ts'
import type { FunctionDefinition, FunctionEntry } from './definition.ts'
import { listFunctions } from './lists.ts'
import { macroEntries } from './macros.ts'
import { nullFunctions } from './nulls.ts'
import { numberFunctions } from './numbers.ts'
import { placeFunctions } from './places.ts'
import { textFunctions } from './texts.ts'
import { timeFunctions } from './times.ts'

const definitions: readonly FunctionDefinition[] = [
  ...nullFunctions,
  ...textFunctions,
  ...numberFunctions,
  ...listFunctions,
  ...timeFunctions,
  ...conversionFunctions,
  ...byteFunctions,
  ...placeFunctions,
]

const byName: ReadonlyMap<string, FunctionDefinition> = new Map(
  definitions.map((definition) => [definition.name, definition]),
)

/** Every function and macro, as data, for completion, hover and documentation. */
export const functionTable: readonly FunctionEntry[] = [
  ...definitions.map(({ name, category, notation, parameters, result, summary, example }) => ({
    name,
    category,
    notation,
    parameters,
    result,
    summary,
    example,
  })),
  ...macroEntries,
]

export function findFunction(name: string): FunctionDefinition | undefined {
  return byName.get(name)
}
