import { WallIncomplete } from '../errors.ts'
import type { HostProgram } from './host-program.ts'
import { enterRoom } from './room.ts'
import { systemProbes } from './wall-probes.ts'

/** What the system puts around a host process: `off`, what there is (`auto`), or no start without all of it (`strict`). */
export type WallMode = 'auto' | 'strict' | 'off'

/**
 * What a wall is made of: a network namespace that is empty, a room (own files and own processes), a filter of system
 * calls (seccomp), and a limit of memory that the system holds (a control group). The first two are made by Berth, the
 * others by systemd or the container.
 */
export type WallPart = 'network' | 'room' | 'system_calls' | 'memory'

export interface Wall {
  /** What is put before the command of a host process that runs this program. */
  around(program: Pick<HostProgram, 'room'>): readonly string[]
  /** What the mode asked for and the system does not offer; shown on the health page. */
  missing: readonly WallPart[]
  /** What a host process that runs is without, by what the system says of that process. */
  missingAround(pid: number): readonly WallPart[]
  /** Throws WallIncomplete where the mode is strict and any part is missing. */
  demand(missing: readonly WallPart[]): void
}

/** How the system is asked what it offers, and what there is around a process. */
export interface WallProbes {
  /** What to put before a command that shall have no network, or why that cannot be had. */
  withoutNetwork(): Promise<{ prefix: readonly string[] } | { reason: string }>
  /** Null: a program can be started in a room, without network too; else why not. */
  roomProblem(): Promise<string | null>
  hasOwnNetwork(pid: number): boolean
  hasOwnRoom(pid: number): boolean
  filtersCalls(pid: number | 'self'): boolean
  limitsMemory(pid: number | 'self'): boolean
}

/** Finds out what can stand around host processes. Never rejects: what is missing is named, and refused by `demand`. */
export async function raiseWall(mode: WallMode, probes: WallProbes = systemProbes()): Promise<Wall> {
  if (mode === 'off') return NO_WALL
  const noRoom = await probes.roomProblem()
  const network = noRoom === null ? { prefix: [] } : await probes.withoutNetwork()
  const noNetwork = 'reason' in network ? network.reason : null
  const reasons = {
    ...(noNetwork === null ? {} : { network: noNetwork }),
    ...(noRoom === null ? {} : { room: noRoom }),
  }
  const inherited = (pid: number | 'self') => [
    ...(probes.filtersCalls(pid) ? [] : (['system_calls'] as const)),
    ...(probes.limitsMemory(pid) ? [] : (['memory'] as const)),
  ]
  return {
    around({ room }) {
      if (noRoom === null && room) return enterRoom(room)
      return 'prefix' in network ? network.prefix : []
    },
    missing: [...(Object.keys(reasons) as (keyof typeof reasons)[]), ...inherited('self')],
    missingAround: (pid) => [
      ...(probes.hasOwnNetwork(pid) ? [] : (['network'] as const)),
      ...(probes.hasOwnRoom(pid) ? [] : (['room'] as const)),
      ...inherited(pid),
    ],
    demand(missing) {
      if (mode === 'strict' && missing.length > 0) throw WallIncomplete({ missing, reasons })
    },
  }
}

/** The wall, or WallIncomplete where the mode is strict and the system lacks a part of it. */
export async function wholeWall(raising: Promise<Wall>): Promise<Wall> {
  const wall = await raising
  wall.demand(wall.missing)
  return wall
}

const NO_WALL: Wall = { around: () => [], missing: [], missingAround: () => [], demand: () => undefined }
