// Run by itself: prepares the program of plugin hosts in a folder and says what stands around what is run there.
import { execFileSync } from 'node:child_process'
import { prepareHostProgram } from '../../../core/plugins/supervisor/host-program.ts'
import { systemProbes } from '../../../core/plugins/supervisor/wall-probes.ts'
import { raiseWall } from '../../../core/plugins/supervisor/wall.ts'

const program = await prepareHostProgram(process.argv[2]!)
const wall = await raiseWall(
  'auto',
  systemProbes(() => Promise.resolve(program.room)),
)
const [command = '', ...args] = [
  ...wall.around(program),
  '/bin/sh',
  '-c',
  'head -c 3 "$0"; ls /',
  program.file,
]
const said = execFileSync(command, args, { cwd: program.cwd, env: {}, encoding: 'utf8' })
console.log(JSON.stringify({ missing: wall.missing, said }))
