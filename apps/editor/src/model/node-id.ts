const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/**
 * A new id that tells its type, such as `filter-7km2`. The random part keeps two people who add a
 * node at the same time apart.
 */
export function newNodeId(
  type: string,
  isTaken: (id: string) => boolean,
  random: () => number,
): string {
  const stem = type
    .split('/')
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '')
    .slice(0, 48)
  for (;;) {
    const letters = Array.from(
      { length: 4 },
      () => alphabet[Math.floor(random() * alphabet.length)],
    )
    const id = `${stem.replace(/^core-/, '')}-${letters.join('')}`
    if (!isTaken(id)) return id
  }
}
