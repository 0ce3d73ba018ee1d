import type { Line, Words } from '../../announcement/compose.ts'
import { hexOf, moodColors } from './mood-color.ts'

/** Longest text of one alert that Slack surely takes: a section holds 3,000 characters. */
export const slackTextMax = 2000

/** A message for an incoming webhook: blocks in an attachment, as only those have a colour. */
export function slackMessage({ title, mood, lines, rest }: Words): object {
  const blocks = lines.map((line) => section(sectionText(line)))
  const more = rest === '' ? [] : [context(escaped(rest))]
  return {
    // Shown in notifications, and where blocks cannot be.
    text: escaped(title),
    attachments: [{ color: hexOf(moodColors[mood]), blocks: [...blocks, ...more] }],
  }
}

function sectionText({ label, text, link }: Line): string {
  const more = link === '' ? '' : `\n<${escaped(link).replaceAll('|', '%7C')}|Open>`
  return `*${escaped(label)}*  ${escaped(text)}${more}`
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }
}

function context(text: string): object {
  return { type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] }
}

/** The three characters that have a meaning of their own: nobody is called by what a device says. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
