import { cut } from '../../announcement/compose.ts'
import type { Line, Words } from '../../announcement/compose.ts'
import { moodColors } from './mood-color.ts'

export const discordTextMax = 1000

/** Characters of an embed's title and description; all embeds of a message may have 6,000. */
const titleMax = 256
const descriptionMax = 4096

/** A message for a channel's webhook; it calls nobody, whatever stands in its text. */
export function discordMessage({ heading, mood, lines, rest }: Words): object {
  const texts = lines.map(lineText)
  const description = [...texts, ...(rest === '' ? [] : [`*${escaped(rest)}*`])].join('\n')
  return {
    embeds: [
      {
        ...(heading === '' ? {} : { title: cut(heading, titleMax) }),
        description: cut(description, descriptionMax),
        color: moodColors[mood],
      },
    ],
    allowed_mentions: { parse: [] },
  }
}

function lineText({ label, text, link }: Line): string {
  return `**${escaped(label)}** ${escaped(text)}${link === '' ? '' : ` [Open](${encodedLink(link)})`}`
}

function encodedLink(link: string): string {
  return link.replaceAll('(', '%28').replaceAll(')', '%29').replaceAll(/\s/g, '%20')
}

function escaped(text: string): string {
  return text.replaceAll(/([\\*_~`|>#[\]])/g, '\\$1')
}
