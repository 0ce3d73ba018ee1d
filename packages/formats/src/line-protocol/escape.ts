/**
 * Line protocol has no escape for a backslash outside of text fields: one that comes before a
 * character which needs escaping, or at the end, would swallow what separates the parts. Such
 * backslashes are left out; all others mean themselves. A line break would end the line; it is
 * written as `\n`.
 */
export function escapeKey(text: string): string {
  return special.test(text) ? cleaned(text).replace(/[,= ]/g, '\\$&') : text
}

/** The same but for `=`, which means nothing in a measurement. */
export function escapeMeasurement(text: string): string {
  return special.test(text) ? cleaned(text, ', \n\r').replace(/[, ]/g, '\\$&') : text
}

/** A text field, in quotes. Line breaks are allowed in it. */
export function quote(text: string): string {
  return quotable.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`
}

/**
 * A point for where each line is taken for one: what would break off in a text field would else be a
 * point of its own, made by whoever wrote the text. Written as Telegraf writes it.
 */
export function inOneLine(line: string): string {
  return /[\n\r]/.test(line) ? line.replaceAll('\n', '\\n').replaceAll('\r', '\\r') : line
}

const special = /[,= \\\n\r]/
const quotable = /["\\]/

function cleaned(text: string, escapables = ',= \n\r'): string {
  // Each run is looked at once, however long: a pattern with a look behind it would begin anew.
  const withoutDangling = text.replace(/\\+/g, (run, at: number) => {
    const next = text[at + run.length]
    return next === undefined || escapables.includes(next) ? '' : run
  })
  return withoutDangling.replaceAll('\r', '\\r').replaceAll('\n', '\\n')
}
