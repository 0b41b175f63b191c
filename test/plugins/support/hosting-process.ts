/** A process with plugin hosts of its own, as `berth web` and `berth work` are: calls an instance, tells, and lives on. */
import { hostname } from 'node:os'
import { openPostgres, openSqlite } from '../../../core/db/index.ts'
import { systemClock } from '../../../core/kernel/index.ts'
import { healthTeller } from '../../../core/plugins/index.ts'
import { loadWritten, openBench, report, reporting } from './setup.ts'

const [url = '', role = '', instance = '', calls = '0'] = process.argv.slice(2)
const db = url.startsWith('sqlite:')
  ? openSqlite({ file: url.slice('sqlite:'.length), synchronous: 'off' })
  : openPostgres({ url, poolSize: 2 })
const bench = openBench()
const plugin = await loadWritten('counting', { code: reporting('return "up"') })
for (let n = 0; n < Number(calls); n++) await report(bench, bench.instance(plugin, { id: instance }))

const started_at = systemClock.now()
const self = { id: `hpr_${role}`, role, machine: hostname(), pid: process.pid, started_at }
const log = { warn: (_facts: object, text: string) => console.error(text) }
const teller = healthTeller({ db, clock: systemClock, log: log as never }, self, () => bench.plugins.health())
await teller.start()
await teller.tell()
process.on('message', () => void stop())
process.send!('told')

async function stop(): Promise<void> {
  bench.plugins.stop()
  await teller.stop()
  await db.close()
  process.exit(0)
}
