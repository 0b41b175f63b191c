import { parentPort, workerData } from 'node:worker_threads'
import { openSqlite } from '../../core/db/index.ts'
import { benchMeans, runBilling } from './shop.ts'

/** The billing run as an installation on SQLite runs it: in a thread and with connections of its own. */
const db = openSqlite({ file: workerData as string })
const means = await benchMeans(db)
parentPort!.postMessage('ready')
parentPort!.once('message', () => void bill())

async function bill(): Promise<void> {
  const services = await runBilling(means)
  await db.close()
  parentPort!.postMessage(services)
  parentPort!.close()
}
