import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createControl, createFaults, createJournal, type PterodactylControl } from './control/index.ts'
import { createRateLimiter, type RateLimits } from './http/limit-rate.ts'
import { serve } from './http/serve.ts'
import { loadPanel, savePanel } from './panel/keep.ts'
import { createPanel } from './panel/panel.ts'

export interface PterodactylOptions {
  /** 0, the default, takes a free port. */
  port?: number
  /** Milliseconds; installs, usage, times and rate limits follow it. */
  clock: () => number
  applicationKey?: string
  clientKey?: string
  /** How long an install script takes on the clock; 30 s unless told. */
  installMs?: number
  rateLimits?: Partial<RateLimits>
  /** File in which the state outlives this run: read at the start, written by `close`. */
  stateFile?: string | undefined
}

export interface PterodactylSimulator {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  url: string
  applicationKey: string
  clientKey: string
  control: PterodactylControl
  close(): Promise<void>
}

const LIMITS: RateLimits = { application: 240, client: 720 }

/** Starts a simulated Pterodactyl panel on loopback. */
export async function startPterodactyl(options: PterodactylOptions): Promise<PterodactylSimulator> {
  const applicationKey = options.applicationKey ?? 'ptla_simulated_application_key'
  const clientKey = options.clientKey ?? 'ptlc_simulated_client_key'
  const { clock, installMs = 30_000 } = options
  const panel = createPanel({ clock, installMs, applicationKey, clientKey })
  if (options.stateFile !== undefined) loadPanel(panel, options.stateFile)
  const faults = createFaults()
  const journal = createJournal()
  const control = createControl(panel, faults, journal)
  const limitRate = createRateLimiter(clock, { ...LIMITS, ...options.rateLimits })
  const company = { panel, control, faults, journal, limitRate }

  const server = createServer((request, response) => {
    serve(company, request, response).catch(() => request.socket.destroy())
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    if (options.stateFile !== undefined) savePanel(panel, options.stateFile)
  }
  return { url: `http://127.0.0.1:${port}`, applicationKey, clientKey, control, close }
}
