import type { Fields } from '@millrace/sdk/descriptor'

export interface Section {
  readonly title: string | undefined
  readonly names: readonly string[]
}

/**
 * The shown fields by the heading that they stand under. A heading reaches to the next one, also
 * where the field that brought it is not shown itself.
 */
export function sectionsOf(fields: Fields, shown: readonly string[]): readonly Section[] {
  const sections: { title: string | undefined; names: string[] }[] = []
  let title: string | undefined
  for (const [name, field] of Object.entries(fields)) {
    title = field.section ?? title
    if (!shown.includes(name)) continue
    const last = sections.at(-1)
    if (last === undefined || last.title !== title) sections.push({ title, names: [name] })
    else last.names.push(name)
  }
  return sections
}
