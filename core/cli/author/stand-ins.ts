import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { StandInFailed } from './errors.ts'

/** A module for stand-ins: their input ends when we are gone, whatever ended us, and they end with it. */
const ENDS_WITH_US = `data:text/javascript,${encodeURIComponent("process.stdin.on('end', () => process.exit()).resume()")}`

export interface StandIns {
  /** Host → origin on this machine. */
  outbound: Record<string, string>
  stop(): Promise<void>
}

/** Starts the stand-ins of outside companies that dev.json names, each a process of its own. */
export async function openStandIns(
  folder: string,
  companies: Readonly<Record<string, string>>,
): Promise<StandIns> {
  const children: ChildProcess[] = []
  const stop = async () => void (await Promise.all(children.map(end)))
  const outbound: Record<string, string> = {}
  try {
    for (const [host, file] of Object.entries(companies)) {
      const child = spawn(process.execPath, ['--import', ENDS_WITH_US, join(folder, file)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      children.push(child)
      const lines = createInterface({ input: child.stdout })
      const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as unknown[]
      if (typeof line !== 'string' || !URL.canParse(line)) throw StandInFailed({ file })
      outbound[host] = new URL(line).origin
    }
    return { outbound, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
