import { compose, plainText } from '../announcement/compose.ts'
import type { Line, Words } from '../announcement/compose.ts'
import { hexOf, moodColors } from '../chat/formats/mood-color.ts'
import type { Announcement } from '../policy/dispatch.ts'
import type { Mail } from '../smtp/mail-server.ts'

export interface MailRules {
  readonly to: string
  readonly prefix: string
  readonly listedMax: number
}

export function composeMail(announcement: Announcement, { to, ...rules }: MailRules): Mail {
  const words = compose(announcement, { ...rules, textMax })
  return {
    to,
    subject: words.title,
    text: `${plainText(words)}\n`,
    html: htmlOf(words),
    id: announcement.id,
    isUrgent: words.mood === 'critical',
  }
}

const textMax = 10_000

/** Without pictures or styles from elsewhere, which mail programs would not load. */
function htmlOf({ lines, rest }: Words): string {
  const more = rest === '' ? '' : `<p style="color:#666">${escaped(rest)}</p>`
  return `<div style="font-family:sans-serif;font-size:15px">${lines.map(htmlLine).join('')}${more}</div>`
}

function htmlLine({ label, mood, text, link }: Line): string {
  const edge = `border-left:4px solid ${hexOf(moodColors[mood])};padding:2px 0 2px 12px;margin:0 0 12px`
  const isSafe = /^https?:\/\//i.test(link)
  const more = isSafe ? `<br><a href="${escaped(link)}">Open</a>` : ''
  const body = escaped(text).replaceAll('\n', '<br>')
  return `<p style="${edge}"><strong>${escaped(label)}</strong><br>${body}${more}</p>`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
