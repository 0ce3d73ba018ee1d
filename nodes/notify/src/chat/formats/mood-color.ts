import type { Mood } from '../../announcement/compose.ts'

/** The colour of a message's edge, as RGB. */
export const moodColors: Readonly<Record<Mood, number>> = {
  critical: 0xd1_24_2f,
  warning: 0xd6_8a_00,
  info: 0x2f_6f_de,
  over: 0x2d_a4_4e,
}

export function hexOf(color: number): string {
  return `#${color.toString(16).padStart(6, '0')}`
}
