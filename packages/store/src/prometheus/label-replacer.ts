import { textTest } from './match.ts'
import { QueryError } from './query-error.ts'

/**
 * Makes the function that gives a replacement with what a pattern captured of a whole text; undefined
 * where it does not match. Captures are the affair of the language's own expressions, which are asked
 * only for texts of which it is known in linear time that they match: what makes them slow is a text
 * that does not. And a query that takes too long is ended with its thread.
 */
export function labelReplacer(
  pattern: string,
  replacement: string,
): (text: string) => string | undefined {
  const matches = textTest('=~', pattern)
  const expression = expressionOf(pattern)
  return (text) => {
    if (!matches(text)) return undefined
    const found = expression.exec(text)
    if (found === null) return undefined
    return replacement.replace(
      /\$(?:(\d+)|\{(\d+)\}|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\}|(\$))/g,
      (_, short?: string, long?: string, name?: string, longName?: string, dollar?: string) => {
        if (dollar !== undefined) return '$'
        const number = short ?? long
        if (number !== undefined) return found[Number(number)] ?? ''
        return found.groups?.[name ?? longName ?? ''] ?? ''
      },
    )
  }
}

function expressionOf(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern.replaceAll('(?P<', '(?<')})$`, 'su')
  } catch {
    throw new QueryError(
      `this regular expression cannot capture here: \`${pattern.slice(0, 200)}\``,
    )
  }
}
