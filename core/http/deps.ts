import type { BillingDeps, WebhookVerdict } from '../billing/index.ts'
import type { Assets, Renderer } from '../render/index.ts'
import type { OrderDeps } from '../orders/index.ts'
import type { PluginCalls } from '../plugins/index.ts'
import type { ChangePorts } from '../services/index.ts'
import type { Means } from '../records/index.ts'
import type { AdminPorts } from './admin/ports.ts'
import type { Live } from './live/live-bus.ts'
import type { StatementCounter } from './statements.ts'
import type { SampleDesk } from './system/sample.ts'

/** What the web server is made of. Pages hand it to verbs as their means; it is wired once, in app.ts. */
export interface HttpDeps extends Means {
  readonly plugins: PluginCalls
  /** Ports of the areas whose verbs take more than the means. */
  readonly orders: OrderDeps
  readonly billing: BillingDeps
  /** What pages of staff reach beyond these. */
  readonly admin: AdminPorts
  /** What changing a running service asks of billing and catalogue. */
  readonly changes: ChangePorts
  readonly renderer: Renderer
  readonly assets: Assets
  /** Feeds the event streams; liveConsumer writes to it. */
  readonly live: Live
  readonly webhooks: WebhookCheck
  /** What /readyz tells: whether work can be taken, and the state of each part. */
  readonly ready: () => Promise<Readiness>
  readonly statements?: StatementCounter
  /** Absent on a real installation. */
  readonly sample?: SampleDesk
  readonly options: HttpOptions
}

export interface HttpOptions {
  /** Public address such as https://shop.example. Null: what the browser asked for. */
  url: string | null
  /** Addresses and networks (CIDR) of proxies whose X-Forwarded-… headers are believed. */
  proxies: readonly string[]
  kind: 'real' | 'sample' | 'test'
  /** Adds X-Statements (database statements of the request) to each answer. For tests and measurements. */
  countStatements?: boolean
}

export interface Readiness {
  ready: boolean
  /** "ok", or what is wrong, by part. */
  checks: Readonly<Record<string, string>>
}

/** Judges a delivery by the manifest of the instance, before it is stored. NotFound when there is no such instance. */
export interface WebhookCheck {
  verdict(
    instanceId: string,
    delivery: { body: string; headers: Record<string, string> },
  ): Promise<WebhookVerdict>
}
