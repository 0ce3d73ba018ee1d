import { compose } from '../../announcement/compose.ts'
import type { Words } from '../../announcement/compose.ts'
import type { Announcement } from '../../policy/dispatch.ts'
import { discordMessage, discordTextMax } from './discord.ts'
import { genericMessage, genericTextMax } from './generic.ts'
import { slackMessage, slackTextMax } from './slack.ts'
import { teamsMessage, teamsTextMax } from './teams.ts'

export type Service = 'slack' | 'teams' | 'discord' | 'generic'

interface Form {
  readonly name: string
  readonly textMax: number
  /** Most alerts that a message can list. */
  readonly listedMax: number
  readonly form: (words: Words, announcement: Announcement) => object
  /** What to do about an address that it does not know. */
  readonly refusedHint: string
}

export const services: Readonly<Record<Service, Form>> = {
  slack: {
    name: 'Slack',
    textMax: slackTextMax,
    listedMax: 20,
    form: slackMessage,
    refusedHint: 'Make a new incoming webhook in Slack and give its address.',
  },
  teams: {
    name: 'Teams',
    textMax: teamsTextMax,
    listedMax: 30,
    form: teamsMessage,
    refusedHint: 'Copy the address of the workflow again; it must be turned on.',
  },
  discord: {
    name: 'Discord',
    textMax: discordTextMax,
    listedMax: 20,
    form: discordMessage,
    refusedHint: "Make a new webhook in the channel's settings and give its address.",
  },
  generic: {
    name: 'The web service',
    textMax: genericTextMax,
    listedMax: 100,
    form: genericMessage,
    refusedHint: 'Check address, signing key and token.',
  },
}

export function messageFor(
  service: Service,
  announcement: Announcement,
  rules: { readonly prefix: string; readonly listedMax: number },
): string {
  const { form, textMax, listedMax } = services[service]
  const words = compose(announcement, {
    prefix: rules.prefix,
    listedMax: Math.min(rules.listedMax, listedMax),
    textMax,
  })
  return JSON.stringify(form(words, announcement))
}
