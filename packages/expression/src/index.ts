export { check } from './check/checker.ts'
export type { Checked, CheckOptions, ReturnType } from './check/checker.ts'
export { compile, interpret } from './compile.ts'
export type { CompileOptions, Result, ValueTypes } from './compile.ts'
export { functionTable } from './functions/table.ts'
export type { Category, FunctionEntry, Parameter, Type } from './functions/definition.ts'
export { maxSourceLength, maxTemplateLength } from './limits.ts'
export type { Expression, Message, Path, PathSegment, Template } from './message.ts'
export { compilePath, interpretPath, parsePath, printPath } from './path.ts'
export type { ParsedPath } from './path.ts'
export type { Problem } from './problem.ts'
export { compilePattern } from './regex/match.ts'
export type { Matcher } from './regex/match.ts'
export { PatternFailure } from './regex/pattern.ts'
export { createMeter } from './runtime/meter.ts'
export type { Meter } from './runtime/meter.ts'
export * from './syntax/ast.ts'
export { parse } from './syntax/parser.ts'
export type { Parsed } from './syntax/parser.ts'
export { pathsRead } from './syntax/paths-read.ts'
export { print } from './syntax/print.ts'
export { checkTemplate, compileTemplate, interpretTemplate, parseTemplate } from './template.ts'
export type {
  HolePart,
  ParsedTemplate,
  TemplateOptions,
  TemplatePart,
  TextPart,
} from './template.ts'
