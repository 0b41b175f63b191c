import { spawn } from 'node:child_process'
import { existsSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { limitsMemory } from './memory-limit.ts'
import { readText } from './read-text.ts'
import { enterRoom, prepareRoom, type Room } from './room.ts'
import type { WallProbes } from './wall.ts'

const UNSHARE = ['/usr/bin/unshare', '/bin/unshare']

/** `roomOf`: the very room that will be used; what may be mounted from one folder is not what may be from another. */
export const systemProbes = (roomOf: () => Promise<Room | undefined> = bareRoom): WallProbes => ({
  async roomProblem() {
    const tool = ['/usr/bin/unshare', '/usr/bin/setpriv', '/bin/sh'].find((path) => !existsSync(path))
    if (tool !== undefined) return `there is no ${tool} (package util-linux)`
    return roomOf().then(
      (room) => (room ? failureOf([...enterRoom(room), process.execPath, '--version']) : 'none was made'),
      (error: unknown) => String(error),
    )
  },
  async withoutNetwork() {
    const unshare = UNSHARE.find((path) => existsSync(path))
    if (unshare === undefined) return { reason: 'there is no /usr/bin/unshare (package util-linux)' }
    const prefix = [unshare, '--net', '--map-root-user', '--']
    const reason = await failureOf([...prefix, process.execPath, '--version'])
    return reason === null ? { prefix } : { reason }
  },
  hasOwnNetwork: (pid) => hasOwn('net', pid),
  hasOwnRoom: (pid) => hasOwn('mnt', pid) && hasOwn('pid', pid),
  // Host processes inherit it. 2: filtered by a program, which every container and SystemCallFilter= of systemd is.
  filtersCalls: (pid) => /^Seccomp:\s+2$/m.test(readText(`/proc/${pid}/status`) ?? ''),
  limitsMemory: (pid) => limitsMemory(readText, pid),
})

const bareRoom = (): Promise<Room> => prepareRoom(join(tmpdir(), 'berth-rooms'), [])

type Namespace = 'net' | 'mnt' | 'pid'

function hasOwn(kind: Namespace, pid: number): boolean {
  const [theirs, ours] = [namespaceOf(kind, pid), namespaceOf(kind, 'self')]
  return theirs !== null && ours !== null && theirs !== ours
}

/** Null: it ran well. */
async function failureOf(command: readonly string[]): Promise<string | null> {
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'], env: {} })
  const ended = new Promise<string | null>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code) => resolve(code === 0 ? null : `it ended with ${code}`))
  })
  const [said, failure] = await Promise.all([text(child.stderr).catch(() => ''), ended])
  return failure === null ? null : said.trim() || failure
}

/** Null where the system does not say. */
function namespaceOf(kind: Namespace, pid: number | 'self'): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`)
  } catch {
    return null
  }
}
