/** Stands for a core that has started a host process, and is ended the hard way. */
import { spawn } from 'node:child_process'

const [command = '', ...args] = JSON.parse(process.argv[2] ?? '[]') as string[]
const child = spawn(command, args, { env: {}, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
child.stdout.once('data', () => process.send!('up'))
setInterval(() => undefined, 1_000)
