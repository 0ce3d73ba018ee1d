import { describeConnector } from '../suite/describe-connector.ts'
import { notifyDiscord } from './notify-discord.ts'

describeConnector(notifyDiscord)
