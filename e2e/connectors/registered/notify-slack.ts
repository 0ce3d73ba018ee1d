import { chatService } from './notify-webhook.ts'

export const notifySlack = chatService('slack', 'Slack')
