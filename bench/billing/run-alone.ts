import { openSqlite } from '../../core/db/index.ts'
import { costOf, type Cost } from './cpu.ts'
import { benchMeans, runBilling } from './shop.ts'

/** A process that bills the shops of the files it is given, one after the other, and tells what the last one cost. */
export interface Told extends Cost {
  services: number
  peakMb: number
}

let told: Told | undefined
for (const file of process.argv.slice(2)) {
  const db = openSqlite({ file })
  const means = await benchMeans(db)
  let services = 0
  const cost = await costOf(async () => void (services = await runBilling(means)))
  await db.close()
  told = { ...cost, services, peakMb: process.resourceUsage().maxRSS / 1024 }
}
process.send!(told)
