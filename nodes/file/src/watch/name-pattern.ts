/** Whether a name is one of those that the patterns stand for; names with a dot first only where a pattern has it. */
export function nameMatcher(patterns: string): (name: string) => boolean {
  const all = patterns
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '')
  return (name) =>
    all.some(
      (pattern) => (pattern.startsWith('.') || !name.startsWith('.')) && matches(pattern, name),
    )
}

/** Goes back to the last `*` only, so that no name takes long. */
function matches(pattern: string, name: string): boolean {
  let [at, inName] = [0, 0]
  let star = -1
  let afterStar = 0
  while (inName < name.length) {
    if (pattern[at] === '*') {
      star = at
      afterStar = inName
      at += 1
    } else if (pattern[at] === '?' || pattern[at] === name[inName]) {
      at += 1
      inName += 1
    } else if (star >= 0) {
      afterStar += 1
      inName = afterStar
      at = star + 1
    } else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}
