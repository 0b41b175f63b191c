import type { Queries } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'
import type { BillableSource, DueItem } from '../billable-source.ts'
import { loadBuyers, loadSellers } from '../parties.ts'
import { planInvoice, type BillFrom, type BillTo, type PlannedInvoice } from '../plan-invoice.ts'

export interface DueOfSource {
  source: BillableSource
  items: DueItem[]
}

/** What a chunk of clients will be invoiced: read in a handful of statements, planned in memory. */
export interface ChunkPlan {
  due: DueOfSource[]
  invoices: PlannedInvoice[]
  problems: { clientId: string; reason: string }[]
}

export interface ChunkQuery {
  sources: readonly BillableSource[]
  clientIds: readonly string[]
  untilOn: IsoDate
  issuedOn: IsoDate
}

/** One function for run, preview and tests: reads a snapshot, decides nothing that the snapshot does not say. */
export async function planChunk(queries: Queries, query: ChunkQuery): Promise<ChunkPlan> {
  const due: DueOfSource[] = []
  for (const source of query.sources) {
    due.push({
      source,
      items: await source.dueItems(queries, { untilOn: query.untilOn, clientIds: query.clientIds }),
    })
  }
  const problems = due.flatMap(({ items }) =>
    items.flatMap((item) => (item.problem ? [{ clientId: item.clientId, reason: item.problem }] : [])),
  )
  const items = due.flatMap(({ items: all }) => all)
  const buyers = await loadBuyers(queries, query.clientIds)
  const sellers = await loadSellers(queries, [...new Set(items.map((item) => item.brandId))])
  return {
    due,
    invoices: problems.length > 0 ? [] : planAll(items, { buyers, sellers, issuedOn: query.issuedOn }),
    problems,
  }
}

interface Parties {
  buyers: ReadonlyMap<string, BillTo>
  sellers: ReadonlyMap<string, BillFrom>
  issuedOn: IsoDate
}

function planAll(items: readonly DueItem[], { buyers, sellers, issuedOn }: Parties): PlannedInvoice[] {
  const plans: PlannedInvoice[] = []
  for (const group of groupItems(items, buyers)) {
    const { brandId, clientId, currency, dueOn } = group[0]!
    const lines = group.length === 1 ? group[0]!.lines : group.flatMap((item) => item.lines)
    const draft = { brandId, clientId, currency, origin: 'renewal' as const, originId: null, dueOn, lines }
    plans.push(planInvoice(draft, buyers.get(clientId)!, sellers.get(brandId)!, issuedOn))
  }
  return plans
}

/** What falls due on the same day goes on one document, unless the client wants them apart. */
function groupItems(items: readonly DueItem[], buyers: Parties['buyers']): DueItem[][] {
  const groups = new Map<string, DueItem[]>()
  items.forEach((item, i) => {
    const apart = buyers.get(item.clientId)?.separate_invoices === 1 ? String(i) : ''
    const key = `${item.clientId} ${item.brandId} ${item.currency} ${item.dueOn} ${apart}`
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  })
  return [...groups.values()]
}
