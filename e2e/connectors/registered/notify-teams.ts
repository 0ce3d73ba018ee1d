import { chatService } from './notify-webhook.ts'

export const notifyTeams = chatService('teams', 'Microsoft Teams')
