import { hostname } from 'node:os'
import { healthTeller, toldHealths, type PluginsHealth, type ToldHealth } from '../../plugins/index.ts'
import type { HostWiring } from '../areas.ts'
import { onSqlite } from '../places.ts'

/** This process among others on the same database, as far as their plugin hosts go. */
export interface ProcessBeside {
  start(): Promise<void>
  /** What the others said when they spoke last. */
  others(): Promise<ToldHealth[]>
  stop(): Promise<void>
}

const ALONE: ProcessBeside = {
  start: () => Promise.resolve(),
  others: () => Promise.resolve([]),
  stop: () => Promise.resolve(),
}

/** On SQLite there is one process, which has nobody to tell; a command is over before anybody asks. */
export function processBeside(
  { config, means, role }: Pick<HostWiring, 'config' | 'means' | 'role'>,
  health: () => Promise<PluginsHealth>,
): ProcessBeside {
  if (role === 'command' || onSqlite(config)) return ALONE
  const id = means.newId('hpr')
  const started_at = means.clock.now()
  const self = { id, role, machine: hostname(), pid: process.pid, started_at }
  const { start, stop } = healthTeller(means, self, health)
  return { start, stop, others: () => toldHealths(means, id) }
}
