import { compile, compilePath, compileTemplate } from '@millrace/expression'
import type { Problem } from '@millrace/expression'
import type { Expression, Path, Template } from '@millrace/sdk'
import type { ExpressionResult } from '@millrace/sdk/descriptor'
import { EngineError } from '../error.ts'
import type { EngineErrorPlace } from '../error.ts'

/** Distinct texts that are remembered; beyond that the memory starts afresh. */
const rememberedMax = 20_000

/** Compiles each text once, however many nodes have it. */
export class Compilers {
  private readonly remembered = new Map<string, unknown>()

  expression(source: string, returns: ExpressionResult, place: EngineErrorPlace): Expression {
    return this.once(`${returns}:${source}`, () => {
      const result = compile(source, { returns })
      return result.ok ? result.value : refuse(source, result.problems, place)
    })
  }

  template(source: string, place: EngineErrorPlace): Template {
    return this.once(`template:${source}`, () => {
      const result = compileTemplate(source)
      return result.ok ? result.value : refuse(source, result.problems, place)
    })
  }

  path(source: string, place: EngineErrorPlace): Path {
    return this.once(`path:${source}`, () => {
      const result = compilePath(source)
      return result.ok ? result.value : refuse(source, result.problems, place)
    })
  }

  private once<Value>(key: string, make: () => Value): Value {
    const found = this.remembered.get(key)
    // Keys begin with what was compiled, so a remembered value has the type asked for.
    if (found !== undefined) return found as Value
    if (this.remembered.size >= rememberedMax) this.remembered.clear()
    const made = make()
    this.remembered.set(key, made)
    return made
  }
}

function refuse(source: string, problems: readonly Problem[], place: EngineErrorPlace): never {
  const first = problems.find((problem) => problem.severity === 'error') ?? problems[0]
  const short = source.length > 100 ? `${source.slice(0, 100)}…` : source
  const message = `"${short}" cannot be used: ${first?.message ?? 'it is not understood'}.`
  throw new EngineError('CONFIG_WRONG', message, place)
}
