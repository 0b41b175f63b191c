import type { Queries } from '../../db/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { scopedSettings, type Means } from '../../records/index.ts'
import type { BillableSource } from '../billable-source.ts'
import { TooFar } from '../errors.ts'
import { LEAD } from './due-window.ts'
import { nextClients } from './next-clients.ts'
import { planAhead, type Ahead } from './plan-ahead.ts'
import { billedZones } from './zones.ts'

/** What runs would invoice in a month by the day on which it falls due, net, as it is and as it is tried out. */
export interface SimulatedMonth {
  month: string
  currency: string
  beforeMinor: bigint
  afterMinor: bigint
  invoices: number
}

export interface Simulation {
  untilOn: IsoDate
  months: SimulatedMonth[]
  /** Clients whose plan has a problem; they are left out on both sides. */
  problems: number
}

const DAYS_MAX = 800
const CHUNK = 200

/** Plans the next days twice, with the run's own planning and without the commit. Keeps sums alone, so memory is flat. */
export async function simulateBilling(
  means: Pick<Means, 'db' | 'hooks' | 'business'>,
  { before, after }: { before: readonly BillableSource[]; after: readonly BillableSource[] },
  query: { days: number; brandId?: string | null; clientId?: string | null },
): Promise<Simulation> {
  const { days } = query
  if (days > DAYS_MAX) throw TooFar({ days, max: DAYS_MAX })
  const months = new Map<string, SimulatedMonth>()
  const result: Simulation = { untilOn: addDays(means.business.today('UTC'), days), months: [], problems: 0 }
  const rules = await scopedSettings(means.db, LEAD)
  for (const { zone, brandIds } of await billedZones(means.db)) {
    const ofBrand = query.brandId ? [query.brandId] : brandIds
    if (query.brandId && brandIds && !brandIds.includes(query.brandId)) continue
    const today = means.business.today(zone)
    const ahead = planAhead(means, { today, days, brandIds: ofBrand, rules })
    const until = addDays(today, days)
    for await (const clientIds of clients(means.db, { before, ahead, clientId: query.clientId ?? null })) {
      const [was, would] = [await ahead.plan(before, clientIds), await ahead.plan(after, clientIds)]
      result.problems += was.problems.length
      add(months, was.invoices, { until, side: 'beforeMinor' })
      add(months, would.invoices, { until, side: 'afterMinor' })
    }
  }
  result.months = [...months.values()].sort((a, b) =>
    `${a.currency} ${a.month}` < `${b.currency} ${b.month}` ? -1 : 1,
  )
  return result
}

async function* clients(
  queries: Queries,
  of: {
    before: readonly BillableSource[]
    ahead: Ahead
    clientId: string | null
  },
): AsyncGenerator<string[]> {
  if (of.clientId !== null) return yield [of.clientId]
  for (let after = ''; ;) {
    const wanted = { window: of.ahead.window, after, limit: CHUNK, unparked: true }
    const { clientIds } = await nextClients(queries, of.before, wanted)
    if (clientIds.length === 0) return
    yield clientIds
    after = clientIds.at(-1)!
  }
}

type Invoices = Awaited<ReturnType<Ahead['plan']>>['invoices']

function add(
  months: Map<string, SimulatedMonth>,
  invoices: Invoices,
  { until, side }: { until: IsoDate; side: 'beforeMinor' | 'afterMinor' },
): void {
  for (const { draft, subtotalMinor } of invoices) {
    if (draft.dueOn > until) continue
    const month = draft.dueOn.slice(0, 7)
    const key = `${draft.currency} ${month}`
    const sum = months.get(key) ?? {
      ...{ month, currency: draft.currency, beforeMinor: 0n, afterMinor: 0n, invoices: 0 },
    }
    sum[side] += subtotalMinor
    if (side === 'beforeMinor') sum.invoices++
    months.set(key, sum)
  }
}
