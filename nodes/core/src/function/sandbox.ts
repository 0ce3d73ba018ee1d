import { compileFunction, constants, createContext, Script } from 'node:vm'
import type { Context } from 'node:vm'
import { NodeError } from '@millrace/sdk'
import { apiNames, openGuest } from './guest.ts'
import type { Described, Guest, Host, MainCode } from './guest.ts'
import { harden } from './harden.ts'
import { readCode } from './read-code.ts'
import { realmCopier } from './realm-copier.ts'
import type { Copy, CompileMaker } from './realm-copier.ts'

export interface Sandbox {
  readonly guest: Guest
  /** Copies data out of the sandbox. */
  readonly copyOut: Copy
  /** Compiles code that gets a message. */
  compileMain(code: string): { readonly run: MainCode; readonly isAsync: boolean }
  /** Compiles code that runs once; `field` is where the person wrote it. */
  compileOnce(field: 'setup' | 'teardown', code: string): () => void
}

/**
 * Opens a realm of its own for a person's code: the language without the means to make code of
 * text, its objects frozen, and nothing of the engine's in it. It keeps mistakes and curiosity
 * apart, not loops and floods of memory: those are ended by whoever watches the process.
 */
export function openSandbox(host: Host): Sandbox {
  const context = createContext(constants.DONT_CONTEXTIFY, {
    name: 'function',
    codeGeneration: { strings: false, wasm: false },
  })
  evaluate<typeof harden>(context, harden)(() => host.now())
  const copyIn = evaluate<typeof realmCopier>(context, realmCopier)(makerCompiler(context))
  const guest = evaluate<typeof openGuest>(context, openGuest)(host, copyIn)
  const api = apiNames.map((name) => guest.api[name])
  const compile = (text: string): ((...given: unknown[]) => unknown) => {
    const factory: unknown = new Script(text).runInContext(context)
    // The text is that of a function which gives the person's function.
    return (factory as (...given: unknown[]) => () => unknown)(
      guest.mark,
      guest.goOn,
      guest.later,
      ...api,
    )
  }
  return {
    guest,
    copyOut: realmCopier(makerCompiler()),
    compileMain(code) {
      const parameters = ['message', 'msg', 'send']
      const { text, isAsync } = readCode({ field: 'code', code, parameters, mayWait: true })
      return { run: compile(text), isAsync }
    },
    compileOnce(field, code) {
      return compile(readCode({ field, code, parameters: [], mayWait: false }).text)
    },
  }
}

/** Runs the source text of one of our own functions in the context. */
function evaluate<Code>(context: Context, code: (...given: never[]) => unknown): Code {
  // The text is that of the function, so it is of the same type.
  const text = `'use strict';(${code.toString()})`
  return new Script(text, { filename: 'sandbox.js' }).runInContext(context) as Code
}

/** The bodies are written by the copier: quoted names, and no text of anybody else. */
function makerCompiler(parsingContext?: Context): CompileMaker {
  const options = parsingContext === undefined ? {} : { parsingContext }
  return (body) =>
    // Its parameters are those of a maker.
    compileFunction(body, ['source', 'copyOther', 'depth'], options) as ReturnType<CompileMaker>
}

/** An error of the user's code while it ran, with its line. */
export function failureOf({ text, line }: Described): NodeError {
  return new NodeError('FUNCTION_FAILED', line === undefined ? text : `${text} (line ${line})`)
}
