import type { Line, Words } from '../../announcement/compose.ts'
import { hexOf, moodColors } from './mood-color.ts'

/** Longest text of one alert: a message of twenty stays within the 40,000 characters of Slack. */
export const slackTextMax = 1500

/**
 * A message for an incoming webhook: an attachment, as only those have a colour, in the fields that
 * Mattermost and others know as well.
 */
export function slackMessage({ title, heading, mood, lines, rest }: Words): object {
  return {
    attachments: [
      {
        // Shown in notifications.
        fallback: escaped(title),
        color: hexOf(moodColors[mood]),
        ...(heading === '' ? {} : { title: escaped(heading) }),
        text: lines.map(lineText).join('\n'),
        mrkdwn_in: ['text'],
        ...(rest === '' ? {} : { footer: escaped(rest) }),
      },
    ],
  }
}

function lineText({ label, text, link }: Line): string {
  const more = link === '' ? '' : ` <${escaped(link).replaceAll('|', '%7C')}|Open>`
  return `*${escaped(label)}* ${escaped(text)}${more}`
}

/** The three characters that have a meaning of their own: nobody is called by what a device says. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
