import type { Queries } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'
import type { BillableSource, DueItem, DueWindow } from '../billable-source.ts'
import type { DraftLine } from '../draft.ts'
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
  window: DueWindow
  issuedOn: IsoDate
}

/** One function for run, preview and tests: reads a snapshot, decides nothing that the snapshot does not say. */
export async function planChunk(queries: Queries, query: ChunkQuery): Promise<ChunkPlan> {
  const due: DueOfSource[] = []
  for (const source of query.sources) {
    due.push({
      source,
      items: await source.dueItems(queries, { ...query.window, clientIds: query.clientIds }),
    })
  }
  const problems = due.flatMap(({ items }) =>
    items.flatMap((item) => (item.problem ? [{ clientId: item.clientId, reason: item.problem }] : [])),
  )
  const items = due.flatMap(({ items: all }) => all)
  const buyers = await loadBuyers(queries, query.clientIds)
  const sellers = await loadSellers(queries, [...new Set(items.map((item) => item.brandId))])
  const troubled = new Set(problems.map(({ clientId }) => clientId))
  const sound = items.filter((item) => !troubled.has(item.clientId))
  return { due, invoices: planAll(sound, { buyers, sellers, issuedOn: query.issuedOn }), problems }
}

interface Parties {
  buyers: ReadonlyMap<string, BillTo>
  sellers: ReadonlyMap<string, BillFrom>
  issuedOn: IsoDate
}

function planAll(items: readonly DueItem[], { buyers, sellers, issuedOn }: Parties): PlannedInvoice[] {
  const plans: PlannedInvoice[] = []
  for (const { item, dueOn, lines } of groupLines(items, buyers)) {
    const { brandId, clientId, currency } = item
    const draft = { brandId, clientId, currency, origin: 'renewal' as const, originId: null, dueOn, lines }
    plans.push(planInvoice(draft, buyers.get(clientId)!, sellers.get(brandId)!, issuedOn))
  }
  return plans
}

interface Group {
  item: DueItem
  dueOn: IsoDate
  lines: DraftLine[]
}

/**
 * What falls due on the same day goes on one document, unless the client wants services apart. Of an item with several
 * periods each goes to its own day.
 */
function groupLines(items: readonly DueItem[], buyers: Parties['buyers']): Iterable<Group> {
  const groups = new Map<string, Group>()
  items.forEach((item, i) => {
    const apart = buyers.get(item.clientId)?.separate_invoices === 1 ? i : ''
    const head = `${item.clientId} ${item.brandId} ${item.currency} ${apart} `
    for (const line of item.lines) {
      const dueOn = line.periodStart ?? item.dueOn
      const key = head + dueOn
      const group = groups.get(key)
      if (group) group.lines.push(line)
      else groups.set(key, { item, dueOn, lines: [line] })
    }
  })
  return groups.values()
}
