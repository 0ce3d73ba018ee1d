/** `node_cpu_*, up`: whether a name is among them. Nothing lets all pass. */
export function nameFilter(text: string): (name: string) => boolean {
  const parts = text.split(/[,\s]+/).filter((part) => part !== '')
  if (parts.length === 0) return () => true
  const sources = parts.map((part) =>
    part
      .split('*')
      .map((piece) => piece.replace(/[^\w]/g, '\\$&'))
      .join('.*'),
  )
  const pattern = new RegExp(`^(?:${sources.join('|')})$`)
  return (name) => pattern.test(name)
}
