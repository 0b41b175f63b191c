import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { sumPreview } from '../../core/billing/index.ts'
import { openSqlite } from '../../core/db/index.ts'
import { costOf, type Cost } from './cpu.ts'
import { benchMeans, DAY } from './shop.ts'

/** A process that previews the shops of the files it is given and tells what the last one took. */
export interface Previewed extends Cost {
  lines: number
  peakMb: number
}

let told: Previewed | undefined
for (const file of process.argv.slice(2)) {
  const db = openSqlite({ file })
  const means = await benchMeans(db)
  let lines = 0
  const cost = await costOf(async () => {
    const { sums } = await sumPreview(means, billingDeps(means), { today: DAY, days: 0 })
    lines = sums.reduce((all, sum) => all + sum.lines, 0)
  })
  await db.close()
  told = { ...cost, lines, peakMb: process.resourceUsage().maxRSS / 1024 }
}
process.send!(told)
