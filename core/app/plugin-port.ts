import type { MessagePort } from 'node:worker_threads'
import { BerthError } from '../kernel/index.ts'
import type {
  BrowserPart,
  DeadlineClass,
  HostOwner,
  Kind,
  MoveInstance,
  PluginsHealth,
  Shipped,
  ToldHealth,
  TroubledHost,
} from '../plugins/index.ts'
import { PluginsAway } from './errors.ts'

export interface PluginCallOptions {
  deadline?: DeadlineClass
  requestId?: string
  serverId?: string
}

/** What areas see of the plugins. Rejects with the BerthErrors of the plugin host. */
export interface PluginCalls {
  call<T>(
    instanceId: string,
    kind: Kind,
    operation: string,
    ...more: [input: object, options?: PluginCallOptions]
  ): Promise<T>
  /** Starts the isolates of a changed instance anew; only the thread that owns the host can. */
  drain?(instanceId: string): void
  /** Reads anew who listens to hooks and shows something, in the thread that owns the host. */
  reread?(): Promise<void>
  /** Enters the plugins that come along, where this process has the host. */
  start?(): Promise<void>
  /** Forgets the lost hosts of a plugin: whether it runs stands in the registry. */
  forgive?(pluginId: string): void
  shipped?: Shipped
  /** Runs the upgrade step of a version that is put in. */
  move?: MoveInstance
  browserPart?(instanceId: string): Promise<BrowserPart | null>
  troubledHosts?(owner: HostOwner): Promise<TroubledHost[]>
  hostCertificate?(owner: HostOwner, host: { host: string; port: number }): Promise<string>
  /** Of the hosts of this process; absent in a thread or process that owns none. */
  health?(): Promise<PluginsHealth>
  /** What the processes beside this one said of theirs, where there may be any. */
  toldHealths?(): Promise<ToldHealth[]>
}

export interface PluginHost extends PluginCalls {
  /** Reads the plugins and enters what is new about them. */
  start(): Promise<void>
  /** Rejects with WallIncomplete where the wall is strict and the system lacks a part of it. Asked before anything listens. */
  demandWall(): Promise<void>
  stop(): Promise<void>
}

/** Stands in where no plugin host runs, as in a command on a database without a core. */
export const noPlugins: PluginCalls = {
  call: () => Promise.reject(PluginsAway({ outcome_unknown: false })),
}

type CallArguments = Parameters<PluginCalls['call']>

interface Question {
  id: number
  args: CallArguments
}

type Answer = { id: number; value: unknown } | { id: number; error: CarriedError }

interface CarriedError {
  code: string | null
  status: number
  message: string
  params: Record<string, unknown>
}

/** The side of the thread that owns the plugin host. */
export function servePluginCalls(port: MessagePort, plugins: PluginCalls): void {
  port.on('message', ({ id, args }: Question) => {
    plugins.call(...args).then(
      (value) => answer(port, { id, value }),
      (error: unknown) => answer(port, { id, error: carry(error) }),
    )
  })
}

/** The side of the other thread: calls go over the port, and what is open when it closes is lost. */
export function pluginCallsOver(port: MessagePort): PluginCalls {
  const open = new Map<number, PromiseWithResolvers<unknown>>()
  let last = 0
  let closed = false
  port.on('message', (message: Answer) => {
    const waiting = open.get(message.id)
    open.delete(message.id)
    if ('error' in message) waiting?.reject(unpack(message.error))
    else waiting?.resolve(message.value)
  })
  port.on('close', () => {
    closed = true
    for (const waiting of open.values()) waiting.reject(PluginsAway({ outcome_unknown: true }))
    open.clear()
  })
  port.unref()
  return {
    call<T>(...args: CallArguments): Promise<T> {
      if (closed) return Promise.reject(PluginsAway({ outcome_unknown: false }))
      const waiting = Promise.withResolvers<unknown>()
      const id = ++last
      open.set(id, waiting)
      port.postMessage({ id, args } satisfies Question)
      return waiting.promise as Promise<T>
    },
  }
}

function answer(port: MessagePort, message: Answer): void {
  port.postMessage(message)
}

function carry(error: unknown): CarriedError {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof BerthError)) return { code: null, status: 500, message, params: {} }
  return { code: error.code, status: error.status, message, params: error.params }
}

function unpack({ code, status, message, params }: CarriedError): Error {
  return code === null ? new Error(message) : new BerthError(code, status, message, { params })
}
