import type { MacroName } from '../syntax/ast.ts'

export const initialValues = {
  all: 'true',
  exists: 'false',
  exists_one: 'false',
  map: '[]',
  filter: '[]',
} as const

/** What one element does to the result; see the table of macros for what each means. */
export function stepOf(
  macro: MacroName,
  names: { result: string; count: string; body: string; element: string },
): string {
  const { result, count, body, element } = names
  switch (macro) {
    case 'all':
      return `if (${body} === false) { ${result} = false; break } if (${body} !== true) ${result} = null`
    case 'exists':
      return `if (${body} === true) { ${result} = true; break } if (${body} !== false) ${result} = null`
    case 'exists_one':
      return `if (${body} === true) ${count}++; else if (${body} !== false) ${result} = null`
    case 'map':
      return `${result}.push(${body})`
    case 'filter':
      return `if (${body} === true) ${result}.push(${element})`
  }
}
