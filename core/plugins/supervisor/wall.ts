import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { limitsMemory } from './memory-limit.ts'
import { readText } from './read-text.ts'

/** What the system puts around a host process: `off`, what there is (`auto`), or no start without all of it (`strict`). */
export type WallMode = 'auto' | 'strict' | 'off'

/**
 * What a wall is made of: a network namespace that is empty, a filter of system calls (seccomp), and a limit of memory
 * that the system holds (a control group). The first is made by Berth, the others by systemd or the container.
 */
export type WallPart = 'network' | 'system_calls' | 'memory'

export interface Wall {
  /** Put before the command of a host process. */
  prefix: readonly string[]
  /** What the mode asked for and the system does not offer; shown on the health page. */
  missing: readonly WallPart[]
}

/** How the system is asked what it offers. */
export interface WallProbes {
  /** What to put before a command that shall have no network; null where that cannot be had. */
  withoutNetwork(): Promise<readonly string[] | null>
  filtersCalls(): boolean
  limitsMemory(): boolean
}

const NAMES: Record<WallPart, string> = {
  network: 'an empty network namespace (unshare --net)',
  system_calls: 'a filter of system calls (seccomp)',
  memory: 'a limit of memory (a control group)',
}

/** Finds out what stands around host processes. */
export async function raiseWall(mode: WallMode, probes: WallProbes = systemProbes): Promise<Wall> {
  if (mode === 'off') return { prefix: [], missing: [] }
  const prefix = await probes.withoutNetwork()
  const missing: WallPart[] = []
  if (prefix === null) missing.push('network')
  if (!probes.filtersCalls()) missing.push('system_calls')
  if (!probes.limitsMemory()) missing.push('memory')
  if (mode === 'strict' && missing.length > 0)
    throw new Error(
      `BERTH_PLUGIN_WALL=strict: plugin hosts do not start, because this system lacks ${missing.map((part) => NAMES[part]).join(', ')}. deploy/berth.service and deploy/compose.yaml have them; "auto" starts with what there is.`,
    )
  return { prefix: prefix ?? [], missing }
}

const UNSHARE = ['/usr/bin/unshare', '/bin/unshare']

const systemProbes: WallProbes = {
  async withoutNetwork() {
    const unshare = UNSHARE.find((path) => existsSync(path))
    if (unshare === undefined) return null
    const prefix = [unshare, '--net', '--map-root-user', '--']
    return (await succeeds([...prefix, process.execPath, '--version'])) ? prefix : null
  },
  // Host processes inherit it. 2: filtered by a program, which every container and SystemCallFilter= of systemd is.
  filtersCalls: () => /^Seccomp:\s+2$/m.test(readText('/proc/self/status') ?? ''),
  limitsMemory: () => limitsMemory(readText),
}

function succeeds(command: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command[0] ?? '', command.slice(1), { stdio: 'ignore', env: {} })
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
  })
}
