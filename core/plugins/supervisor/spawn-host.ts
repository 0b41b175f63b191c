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
  })
  giveWay(child.pid)
  return child
}
