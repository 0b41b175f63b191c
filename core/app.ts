import {
  allSchedules,
  type Area,
  type Areas,
  checkHealth,
  type Command,
  CommandUnknown,
  commandPlaces,
  createCommandSocket,
  createWork,
  createWorkThread,
  findInstallation,
  giveBackMemory,
  type HostWiring,
  lockFile,
  noPlugins,
  onSqlite,
  openMeans,
  OutboundRefused,
  type Outside,
  ownCommands,
  type Part,
  type PluginCalls,
  type Role,
  SplitNeedsPostgres,
  takeLock,
  wired,
  type Wiring,
  type WorkingPart,
} from './app/index.ts'
import type { Config } from './config/index.ts'
import { recordRefusal } from './identity/index.ts'
import { systemActor } from './kernel/index.ts'
import { noteVerb, type Means } from './records/index.ts'

export type { Role }

export interface AppOptions {
  role?: Role
  /** Starts stand-ins of outside companies; not called for a real installation. */
  openOutside?: () => Promise<Outside>
  /** Wins over the configuration's. */
  outbound?: Readonly<Record<string, string>>
  /** Keeps jobs in this thread, where on SQLite they have one of their own. */
  sameThread?: boolean
  /** Only in that thread: the plugins of the main one, which holds the lock. */
  mainPlugins?: PluginCalls
  areas?: Areas
}

export interface App {
  readonly means: Means
  readonly wiring: Wiring
  start(): Promise<void>
  /** Finishes the work in hand, and ends within five seconds. */
  stop(): Promise<void>
  /** Runs a command by name; a line at a time goes to `say`. */
  command(name: string, input: unknown, say?: (line: string) => void): Promise<unknown>
}

/** Wires everything; nobody else does. Opens the database, brings it up to date and starts nothing yet. */
export async function createApp(config: Config, options: AppOptions = {}): Promise<App> {
  refuseSplit(config, options)
  const release = onSqlite(config) && !options.mainPlugins ? takeLock(lockFile(config)) : () => undefined
  const { close, ...opened } = await openMeans(config).catch((error: unknown) => {
    release()
    throw error
  })
  const giveBack = async () => {
    await close()
    release()
  }
  try {
    const outside = await outsideOf(opened.means, config, options)
    const smtpUrl = outside.smtpUrl ?? config.smtpUrl
    const { outbound, companies = [] } = outside
    const { role = 'serve' } = options
    const base = { role, config: { ...config, smtpUrl }, ...opened, outbound, companies }
    return await assemble(base, options, async () => {
      await outside.stop()
      await giveBack()
    })
  } catch (error) {
    await giveBack()
    throw error
  }
}

function refuseSplit(config: Config, { role, mainPlugins }: AppOptions): void {
  if (onSqlite(config) && !mainPlugins && (role === 'web' || role === 'work'))
    throw SplitNeedsPostgres({ command: role })
}

/** Where calls to outside companies go instead. Money of a real installation is never diverted. */
async function outsideOf(means: Means, config: Config, options: AppOptions): Promise<Outside> {
  const kind = (await findInstallation(means.db))?.kind
  const outbound = options.outbound ?? config.outbound
  if (kind === 'real' && Object.keys(outbound).length > 0) throw OutboundRefused({})
  const outside: Outside | undefined = kind === 'real' ? undefined : await options.openOutside?.()
  return {
    ...outside,
    outbound: { ...outbound, ...outside?.outbound },
    stop: async () => outside?.stop(),
  }
}

async function assemble(base: HostWiring, options: AppOptions, giveBack: () => Promise<void>): Promise<App> {
  const { areas, openPlugins } = options.areas ?? wired
  const host = options.mainPlugins ? null : (openPlugins?.(base) ?? null)
  const worker = { running: () => true }
  const plugins = options.mainPlugins ?? host ?? noPlugins
  base.hooks.bind(({ instance }, law, hook, input) =>
    plugins.call(instance, law, hook, input, { deadline: 'page' }),
  )
  const wiring: Wiring = {
    ...base,
    plugins,
    health: () => checkHealth(base, () => worker.running()),
    command: (name, input) => command(name, input),
  }
  const command: App['command'] = commandsOf(wiring, areas)
  const parts = await partsOf(wiring, { options, command, worker, host })
  return {
    means: wiring.means,
    wiring,
    command,
    async start() {
      await host?.demandWall()
      for (const part of parts) await part.start()
    },
    async stop() {
      await Promise.all(parts.filter((part) => part !== host).map((part) => part.stop()))
      await host?.stop()
      await giveBack()
    },
  }
}

const commandLine = systemActor('command_line')

function commandsOf(wiring: Wiring, areas: readonly Area[]): App['command'] {
  const commands = new Map<string, Command>(Object.entries(ownCommands(areas, allSchedules(wiring, areas))))
  for (const area of areas)
    for (const [name, act] of Object.entries(area.commands ?? {})) commands.set(name, act)
  return async (name, input, say = () => undefined) => {
    const act = commands.get(name)
    if (!act) throw CommandUnknown({ name })
    try {
      return await act(wiring, input as never, say)
    } catch (error) {
      noteVerb(error, name, input)
      await recordRefusal(wiring.means, error, commandLine)
      throw error
    }
  }
}

interface PartMeans {
  options: AppOptions
  command: App['command']
  worker: { running: () => boolean }
  host: Part | null
}

/** The web first, so that the shop is there while the rest comes up; /readyz says when it is whole. */
async function partsOf(wiring: Wiring, { options, command, worker, host }: PartMeans): Promise<Part[]> {
  const { role = 'serve', sameThread = false } = options
  const { areas } = options.areas ?? wired
  const parts: Part[] = [giveBackMemory()]
  if (role === 'serve' || role === 'web')
    for (const area of areas) if (area.serve) parts.push(await area.serve(wiring))
  const socket = role === 'serve' && onSqlite(wiring.config)
  if (socket) parts.push(createCommandSocket(commandPlaces(wiring.config), command))
  if (host) parts.push(host)
  if (role === 'web') return parts
  const work = socket && !sameThread ? createWorkThread(wiring) : jobsHere(wiring, areas)
  if (role !== 'command') worker.running = work.running
  return [...parts, work]
}

function jobsHere(wiring: Wiring, areas: readonly Area[]): WorkingPart {
  const work = createWork(wiring, areas, allSchedules(wiring, areas))
  let running = false
  return {
    running: () => running,
    async start() {
      await work.start()
      running = true
    },
    stop: () => work.stop(),
  }
}
