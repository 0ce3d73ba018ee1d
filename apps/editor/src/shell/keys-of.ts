/** The pressed keys as actions write them, such as `Mod+Shift+Z`. */
export function keysOf(
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
  const key = keyName(event)
  // `?` and `+` need Shift on most keyboards; the sign itself says it all.
  const isSign = key.length === 1 && !/[A-Z0-9 ]/.test(key)
  return [
    event.ctrlKey || event.metaKey ? 'Mod' : '',
    event.altKey ? 'Alt' : '',
    event.shiftKey && !isSign ? 'Shift' : '',
    key,
  ]
    .filter((part) => part !== '')
    .join('+')
}

function keyName({
  key,
  code,
  altKey,
  shiftKey,
}: Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'shiftKey'>): string {
  const digit = /^Digit(\d)$/.exec(code)?.[1]
  if (digit !== undefined && (shiftKey || altKey)) return digit
  // With Alt, some keyboards make another sign of a letter.
  const letter = /^Key([A-Z])$/.exec(code)?.[1]
  if (altKey && letter !== undefined) return letter
  if (key === ' ') return 'Space'
  return key.length === 1 ? key.toUpperCase() : key
}
