const place = /\b(?:payload|topic|key|time)(?:\.[A-Za-z_$][\w$]*)+/g
const most = 100

/** The places of messages that settings name, such as `payload.temperature`, each once. */
export function usedPaths(configs: Iterable<Readonly<Record<string, unknown>>>): readonly string[] {
  const found = new Set<string>()
  for (const config of configs) {
    for (const text of textsIn(config, 0)) {
      for (const match of text.matchAll(place)) {
        const isCall = text[match.index + match[0].length] === '('
        const path = isCall ? match[0].slice(0, match[0].lastIndexOf('.')) : match[0]
        if (path.includes('.')) found.add(path)
        if (found.size >= most) return [...found]
      }
    }
  }
  return [...found]
}

function textsIn(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || depth > 4) return []
  return Object.values(value).flatMap((inner) => textsIn(inner, depth + 1))
}
