import type { Line, Mood, Words } from '../../announcement/compose.ts'

/** A message may have 28 KB, its frame with it. */
export const teamsTextMax = 1000

/** An adaptive card for a workflow that posts what its webhook gets. */
export function teamsMessage({ title, heading, mood, lines, rest }: Words): object {
  return {
    type: 'message',
    // Shown in notifications.
    summary: title,
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [
            ...(heading === '' ? [] : [headingBlock(heading, cardColors[mood])]),
            ...lines.map(lineSet),
            ...(rest === '' ? [] : [textBlock(rest, { isSubtle: true })]),
          ],
        },
      },
    ],
  }
}

const cardColors: Readonly<Record<Mood, string>> = {
  critical: 'Attention',
  warning: 'Warning',
  info: 'Accent',
  over: 'Good',
}

function headingBlock(text: string, color: string): object {
  return textBlock(text, { weight: 'Bolder', size: 'Medium', color })
}

function lineSet({ label, mood, text, link }: Line): object {
  return {
    type: 'ColumnSet',
    columns: [
      {
        type: 'Column',
        width: 'auto',
        items: [textBlock(label, { weight: 'Bolder', color: cardColors[mood] })],
      },
      { type: 'Column', width: 'stretch', items: [textBlock(text, {})] },
    ],
    ...(link === '' ? {} : { selectAction: { type: 'Action.OpenUrl', title: 'Open', url: link } }),
  }
}

function textBlock(text: string, style: object): object {
  return { type: 'TextBlock', text: withoutMarkdown(text), wrap: true, ...style }
}

/** What a device says is no mark-up. */
function withoutMarkdown(text: string): string {
  return text.replaceAll(/([\\*_[\]])/g, '\\$1')
}
