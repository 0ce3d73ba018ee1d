const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'
const length = 8

/** A short id that none of `taken` is. `random` gives numbers from 0 up to, not including, 1. */
export function newId(random: () => number, taken: { has(id: string): boolean }): string {
  for (;;) {
    const letters = Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)])
    const id = letters.join('')
    if (!taken.has(id)) return id
  }
}

/** A name for a flow from its title, such as `cold-store-2` for the second "Cold store". */
export function flowNameFor(title: string, taken: { has(name: string): boolean }): string {
  const plain = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const base = plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 56)
    .replace(/-+$/, '')
  const name = base === '' ? 'flow' : base
  if (!taken.has(name)) return name
  for (let number = 2; ; number += 1) {
    if (!taken.has(`${name}-${number}`)) return `${name}-${number}`
  }
}
