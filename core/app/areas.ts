import type { Config } from '../config/index.ts'
import type { Consumer } from '../events/index.ts'
import type { JobEngine, JobHandlers, Schedule } from '../jobs/index.ts'
import type { Company } from '../http/index.ts'
import type { OpenHooks } from '../plugins/index.ts'
import type { Means } from '../records/index.ts'
import type { Health } from './health.ts'
import type { InstallationKind } from './installation.ts'
import type { PluginCalls, PluginHost } from './plugin-port.ts'
import type { SharedClock } from './shared-clock.ts'
import { billingArea } from './wire/billing-area.ts'
import { catalogArea } from './wire/catalog-area.ts'
import { httpArea } from './wire/http-area.ts'
import { mailArea } from './wire/mail-area.ts'
import { noticesArea } from './wire/notices-area.ts'
import { ordersArea } from './wire/orders-area.ts'
import { peopleArea } from './wire/people-area.ts'
import { pluginsArea } from './wire/plugins-area.ts'
import { reportsArea } from './wire/reports-area.ts'
import { openPlugins } from './wire/plugin-host.ts'
import { servicesArea } from './wire/services-area.ts'

/** What a process is for: everything, one half of it beside others, or a command while no core runs. */
export type Role = 'serve' | 'web' | 'work' | 'command'

/** What the parts of an area are made from. */
export interface Wiring {
  readonly role: Role
  readonly config: Config
  readonly means: Means
  readonly hooks: OpenHooks
  readonly engine: JobEngine
  readonly sharedClock: SharedClock
  readonly plugins: PluginCalls
  /** Hosts of outside companies that stand on this machine; empty on a real installation. Who develops adds some. */
  readonly outbound: Record<string, string>
  /** Simulated companies that this process has started. */
  readonly companies: readonly Company[]
  /** Runs a command of any area by its name. */
  command(name: string, input: unknown): Promise<unknown>
  /** For /readyz; /healthz needs no function, because a process that answers is alive. */
  health(): Promise<Health>
}

/** What the plugin host is made from. */
export type HostWiring = Omit<Wiring, 'plugins' | 'health' | 'command'>

/** Something that runs as long as the process does, such as the web server. */
export interface Part {
  start(): Promise<void>
  stop(): Promise<void>
}

/** Runs jobs; /readyz asks whether it does. */
export interface WorkingPart extends Part {
  running(): boolean
}

/** Called by `berth …`; in the running core when there is one. `say` shows a line at once. */
export type Command = (wiring: Wiring, input: never, say: (line: string) => void) => Promise<unknown>

export interface NewInstallation {
  kind: InstallationKind
  staff: { email: string; password: string; name: string } | null
}

/** What an area brings. Everything is optional; an area adds one line to the list below. */
export interface Area {
  readonly name: string
  jobs?(wiring: Wiring): JobHandlers
  consumers?(wiring: Wiring): readonly Consumer[]
  schedules?(wiring: Wiring): readonly Schedule[]
  /** "catalog.import": how the command line names it. */
  readonly commands?: Readonly<Record<string, Command>>
  /** Runs in the process or thread that serves the web. */
  serve?(wiring: Wiring): Promise<Part>
  /** Completes a new installation: its first brand, roles and staff, and the goods of a sample shop. */
  install?(wiring: Wiring, facts: NewInstallation): Promise<void>
}

/** Stands in for outside companies while the sample shop runs. */
export interface Outside {
  outbound: Readonly<Record<string, string>>
  /** Takes the mail of the shop. */
  smtpUrl?: string
  companies?: readonly Company[]
  stop(): Promise<void>
}

export interface Areas {
  readonly areas: readonly Area[]
  /** Makes the plugin host; null when there is none in this build. */
  readonly openPlugins: ((wiring: HostWiring) => PluginHost) | null
}

/** The list of everything that is wired. In the order of imports: an area may use what stands above it. */
export const wired: Areas = {
  areas: [
    peopleArea,
    catalogArea,
    billingArea,
    servicesArea,
    ordersArea,
    reportsArea,
    mailArea,
    noticesArea,
    pluginsArea,
    httpArea,
  ],
  openPlugins,
}
