import { compileFunction, constants, createContext, Script } from 'node:vm'
import type { Context } from 'node:vm'
import { NodeError } from '@millrace/sdk'
import { apiNames, openGuest } from './guest.ts'
import type { Guest, Host, MainCode } from './guest.ts'
import { harden } from './harden.ts'
import { realmCopier } from './realm-copier.ts'
import type { Copy, CompileMaker } from './realm-copier.ts'
import { findImport, FunctionSyntaxError, lineOf, placeOf } from './source-text.ts'

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
  const compile = <Code>(field: string, open: string, code: string): Code => {
    const text = `(function (${apiNames.join(', ')}) { return ${open} {'use strict';\n${code}\n}})`
    const factory: unknown = parse(field, text, code).runInContext(context)
    if (typeof factory !== 'function') {
      throw new FunctionSyntaxError(field, 'There is a closing bracket too many', undefined)
    }
    // It is what was just written here: a function that gives the person's function.
    return (factory as (...given: unknown[]) => Code)(...api)
  }
  return {
    guest,
    copyOut: realmCopier(makerCompiler()),
    compileMain(code) {
      const isAsync = hasAwait(code)
      const start = `${isAsync ? 'async ' : ''}function (message, msg, send)`
      return { run: compile<MainCode>('code', start, code), isAsync }
    },
    compileOnce: (field, code) => compile<() => void>(field, 'function ()', code),
  }
}

/** Runs the source text of one of our own functions in the context. */
function evaluate<Code>(context: Context, code: (...given: never[]) => unknown): Code {
  // The text is that of the function, so it is of the same type.
  return new Script(`(${code.toString()})`, { filename: 'sandbox.js' }).runInContext(
    context,
  ) as Code
}

/** The bodies are written by the copier: quoted names, and no text of anybody else. */
function makerCompiler(parsingContext?: Context): CompileMaker {
  const options = parsingContext === undefined ? {} : { parsingContext }
  return (body) =>
    // Its parameters are those of a maker.
    compileFunction(body, ['source', 'copyOther', 'depth'], options) as ReturnType<CompileMaker>
}

function parse(field: string, whole: string, code: string): Script {
  const importAt = findImport(code)
  if (importAt !== undefined) {
    throw new FunctionSyntaxError(field, 'A function cannot import anything', importAt)
  }
  const filename = fileOf(field)
  try {
    return new Script(whole, { filename, lineOffset: -1 })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const place = placeOf(error.stack ?? '', filename, code.split('\n').length)
    // What is missing is noticed after the end, in the line that closes the function around the code.
    const text = place === undefined ? 'A bracket or quotation mark is not closed' : error.message
    throw new FunctionSyntaxError(field, text, place, error)
  }
}

/** Whether the code waits for something itself; functions in it that do make no difference but speed. */
function hasAwait(code: string): boolean {
  return /\bawait\b/.test(code)
}

/** The name under which V8 knows the code of a field. */
function fileOf(field: string): string {
  return `${field}.function`
}

/** An error of the user's code while it ran, with its line. */
export function failureOf(field: string, error: { text: string; stack: string }): NodeError {
  const line = lineOf(error.stack, fileOf(field))
  const where = line === undefined ? '' : ` (line ${line})`
  return new NodeError('FUNCTION_FAILED', `${error.text}${where}`)
}
