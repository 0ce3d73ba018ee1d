/** Puts a text on the clipboard; a browser that does not allow it leaves it as it is. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // Nothing else can be done; the text can still be selected by hand.
  }
}
