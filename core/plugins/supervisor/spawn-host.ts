import { spawn, type ChildProcess } from 'node:child_process'
import { HOST_MEMORY_MB } from '../limits.ts'
import type { HostProgram } from './host-program.ts'
import { giveWay } from './step-back.ts'

/** Starts the process: no network, no files but its own code, no environment, and a pipe at descriptor 3. */
export function spawnHost({
  program,
  wall,
}: {
  program: HostProgram
  wall: readonly string[]
}): ChildProcess {
  const command = [
    ...wall,
    process.execPath,
    '--no-node-snapshot',
    '--jitless',
    `--max-old-space-size=${HOST_MEMORY_MB}`,
    '--no-warnings',
    '--permission',
    '--allow-addons',
    ...program.readable.map((path) => `--allow-fs-read=${path}`),
    program.file,
  ]
  const child = spawn(command[0] ?? process.execPath, command.slice(1), {
    cwd: program.cwd,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own, which ends as one; and an interrupt at the terminal is for core, which stops in order.
    detached: true,
  })
  giveWay(child.pid)
  return child
}

/** Ends what was started and whatever it has started itself: all of a room, else those that stayed in its group. */
export function endWhole(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}
