import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What the system puts around a host process: `off`, what there is (`auto`), or no start without it (`strict`). */
export type WallMode = 'auto' | 'strict' | 'off'

export interface Wall {
  /** Put before the command of a host process. */
  prefix: readonly string[]
  /** What the mode asked for and the system does not offer; shown on the health page. */
  missing: readonly string[]
}

const UNSHARE = ['/usr/bin/unshare', '/bin/unshare']

/** Finds out whether host processes can start in a network namespace of their own, which has no network at all. */
export async function raiseWall(mode: WallMode): Promise<Wall> {
  if (mode === 'off') return { prefix: [], missing: [] }
  const unshare = UNSHARE.find((path) => existsSync(path))
  const prefix = unshare === undefined ? [] : [unshare, '--net', '--map-root-user', '--']
  if (prefix.length > 0 && (await succeeds([...prefix, process.execPath, '--version'])))
    return { prefix, missing: [] }
  if (mode === 'strict')
    throw new Error(
      'BERTH_PLUGIN_WALL=strict: this system does not let Berth start plugin hosts without network (unshare --net).',
    )
  return { prefix: [], missing: ['an empty network namespace for plugin hosts'] }
}

function succeeds(command: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command[0] ?? '', command.slice(1), { stdio: 'ignore', env: {} })
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
  })
}
