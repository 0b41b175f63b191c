import { spawn } from 'node:child_process'
import { existsSync, readlinkSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { limitsMemory } from './memory-limit.ts'
import { readText } from './read-text.ts'
import type { WallProbes } from './wall.ts'

const UNSHARE = ['/usr/bin/unshare', '/bin/unshare']

export const systemProbes: WallProbes = {
  async withoutNetwork() {
    const unshare = UNSHARE.find((path) => existsSync(path))
    if (unshare === undefined) return { reason: 'there is no /usr/bin/unshare (package util-linux)' }
    const prefix = [unshare, '--net', '--map-root-user', '--']
    const reason = await failureOf([...prefix, process.execPath, '--version'])
    return reason === null ? { prefix } : { reason }
  },
  hasOwnNetwork(pid) {
    const [theirs, ours] = [networkOf(pid), networkOf('self')]
    return theirs !== null && ours !== null && theirs !== ours
  },
  // Host processes inherit it. 2: filtered by a program, which every container and SystemCallFilter= of systemd is.
  filtersCalls: (pid) => /^Seccomp:\s+2$/m.test(readText(`/proc/${pid}/status`) ?? ''),
  limitsMemory: (pid) => limitsMemory(readText, pid),
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

/** Which network namespace a process is in; null where the system does not say. */
function networkOf(pid: number | 'self'): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return null
  }
}
