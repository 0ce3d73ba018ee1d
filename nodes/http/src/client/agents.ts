import { tlsOptions } from '@millrace/web'
import type { TlsConfig } from '@millrace/web'
import { nodeHttp, nodeHttps } from './node-modules.ts'

export interface ProxyConfig {
  readonly isProxied: boolean
  readonly proxyUrl?: string | undefined
  readonly proxyUsername?: string | undefined
  readonly proxyPassword?: string | undefined
}

/** How to get to a server: what the fields of `clientFields` say. */
export type WayConfig = TlsConfig & ProxyConfig & { readonly isMetadataAllowed: boolean }

export interface Agents {
  readonly plain: InstanceType<typeof nodeHttp.Agent>
  readonly secure: InstanceType<typeof nodeHttps.Agent>
}

/** Connections that are kept open, through a proxy where one is set. */
export function openAgents(way: WayConfig, connectionsMax: number): Agents {
  const proxy = proxyOf(way)
  const options = {
    keepAlive: true,
    maxSockets: connectionsMax,
    ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
  }
  return {
    plain: new nodeHttp.Agent(options),
    secure: new nodeHttps.Agent({ ...options, ...tlsOptions(way) }),
  }
}

function proxyOf(way: ProxyConfig): string | undefined {
  if (!way.isProxied || way.proxyUrl === undefined) return undefined
  const url = new URL(way.proxyUrl)
  if (way.proxyUsername !== undefined) url.username = way.proxyUsername
  if (way.proxyPassword !== undefined) url.password = way.proxyPassword
  return url.href
}
