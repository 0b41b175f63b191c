import { openPostgres, openSqlite, type StatementMeter } from '../../core/db/index.ts'
import { doTheWork } from './world.ts'

/** The process that is killed: by its parent at a random moment, or by itself at statement boundary `--at N`. */
const [url, at] = [process.argv[2]!, Number(process.argv[3] ?? 0)]
let boundary = 0
const count = (): void => {
  boundary += 1
  if (boundary === at) process.kill(process.pid, 'SIGKILL')
}
const meter: StatementMeter = { before: count, after: count }
const db = url.startsWith('sqlite:')
  ? openSqlite({ file: url.slice(7), synchronous: 'normal', meter })
  : openPostgres({ url, poolSize: 4, meter })
await doTheWork(db)
await db.close()
console.log(JSON.stringify({ boundaries: boundary }))
process.exit(0)
