import type { LucideIcon } from 'lucide-react'
import { createElement } from 'react'
import { icons } from './icon-set.ts'

const byName: ReadonlyMap<string, LucideIcon> = new Map(
  Object.entries(icons).map(([name, icon]) => [kebab(name), icon]),
)

/** `CirclePlay` as `circle-play`, `Trash2` as `trash-2`. */
function kebab(name: string): string {
  return name
    .replaceAll(/([a-z])([A-Z0-9])/g, '$1-$2')
    .replaceAll(/([0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
}

export interface IconProps {
  /** Name of a lucide icon in kebab-case. */
  readonly name: string
  readonly size?: 12 | 14 | 16 | 20
  readonly className?: string | undefined
}

/** An icon; always decoration, what it stands for is said in words beside it or in a label. */
export function Icon({ name, size = 16, className }: IconProps) {
  // The icon is one of a fixed set: the element for it is looked up, not made.
  return createElement(byName.get(name) ?? icons.Puzzle, {
    'aria-hidden': true,
    size,
    strokeWidth: size > 14 ? 1.6 : 1.75,
    ...(className === undefined ? {} : { className }),
  })
}
