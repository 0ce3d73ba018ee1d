import { describeConnector } from '../suite/describe-connector.ts'
import { notifyTeams } from './notify-teams.ts'

describeConnector(notifyTeams)
