/**
 * Where a text stops being JSON: the offset of the first character that cannot be there, or the
 * length of a text that only ends too early. The platform's parser tells this for some errors only.
 */
export function offsetOfError(text: string): number {
  if (text.length > textLengthMax) return text.length
  const open: string[] = []
  let expects: Expectation = 'value'
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const token = tokenAt(text, at)
    if (token === undefined) return at
    const next = follow(expects, token[0] ?? '', open)
    if (next === undefined) return at
    expects = next
    at += token.length
  }
  return text.length
}

/** Longer texts would be too much for the regular expression. */
const textLengthMax = 1_000_000

type Expectation = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | 'more' | 'end'

function skipSpace(text: string, start: number): number {
  let at = start
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1
  return at
}

const token =
  // oxlint-disable-next-line no-control-regex -- JSON strings must not contain them
  /[{}[\],:]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\d.a-zA-Z])|(?:true|false|null)\b/y

function tokenAt(text: string, at: number): string | undefined {
  token.lastIndex = at
  return token.exec(text)?.[0]
}

/** What may come after a token that begins with `first`; `undefined` when that may not be there. */
function follow(expects: Expectation, first: string, open: string[]): Expectation | undefined {
  const isClosing = first === '}' || first === ']'
  if (isClosing) return close(expects, first, open)
  switch (expects) {
    case ':':
      return first === ':' ? 'value' : undefined
    case 'key':
    case 'key or }':
      return first === '"' ? ':' : undefined
    case 'more':
      if (first !== ',') return undefined
      return open.at(-1) === '{' ? 'key' : 'value'
    case 'end':
      return undefined
    default:
      return value(first, open)
  }
}

function value(first: string, open: string[]): Expectation | undefined {
  if (first === ',' || first === ':') return undefined
  if (first !== '{' && first !== '[') return open.length === 0 ? 'end' : 'more'
  open.push(first)
  return first === '{' ? 'key or }' : 'value or ]'
}

function close(expects: Expectation, first: string, open: string[]): Expectation | undefined {
  const isAllowed = expects === 'more' || expects === (first === '}' ? 'key or }' : 'value or ]')
  if (!isAllowed || open.at(-1) !== (first === '}' ? '{' : '[')) return undefined
  open.pop()
  return open.length === 0 ? 'end' : 'more'
}
