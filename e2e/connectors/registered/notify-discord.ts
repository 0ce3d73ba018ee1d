import { chatService } from './notify-webhook.ts'

export const notifyDiscord = chatService('discord', 'Discord')
