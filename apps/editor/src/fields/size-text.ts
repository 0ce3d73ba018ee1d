const units = [
  { name: 'GiB', bytes: 1024 ** 3 },
  { name: 'GB', bytes: 1000 ** 3 },
  { name: 'MiB', bytes: 1024 ** 2 },
  { name: 'MB', bytes: 1000 ** 2 },
  { name: 'KiB', bytes: 1024 },
  { name: 'KB', bytes: 1000 },
] as const

/** The largest unit that needs no decimals says how many bytes; `1048576` is `1 MiB`. */
export function printSize(bytes: number): string {
  const unit = units.find((one) => bytes >= one.bytes && bytes % one.bytes === 0)
  return unit === undefined ? `${bytes} bytes` : `${bytes / unit.bytes} ${unit.name}`
}

/** Reads "64 MiB", "1.5 MB" or "512k". A number alone is bytes. Undefined when it is no size. */
export function parseSize(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d+(?:[.,]\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? []
  if (count === undefined) return undefined
  const size = sizeOf(unit.toLowerCase())
  return size === undefined ? undefined : Math.round(Number(count.replace(',', '.')) * size)
}

function sizeOf(unit: string): number | undefined {
  if (['', 'b', 'byte', 'bytes'].includes(unit)) return 1
  return units.find(({ name }) => {
    const known = name.toLowerCase()
    return unit === known || (known.endsWith('ib') && unit === known.slice(0, 1))
  })?.bytes
}
