import type { Deployment, DeploymentSpec, EngineHost } from './deployment.ts'
import { RunningDeployment } from './running-deployment.ts'

/** Prepares a flow to run on a host. Nothing happens before `start`. */
export function openDeployment(spec: DeploymentSpec, host: EngineHost): Deployment {
  return new RunningDeployment(spec, host)
}
