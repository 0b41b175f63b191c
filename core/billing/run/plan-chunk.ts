import type { Queries } from '../../db/index.ts'
import { minDay, type IsoDate } from '../../kernel/index.ts'
import type { BillableSource, DueItem, DueWindow } from '../billable-source.ts'
import type { DraftLine } from '../draft.ts'
import { loadBuyers, loadSellers } from '../parties.ts'
import { noHooks, type Hooks } from '../../records/index.ts'
import { planInvoice, type BillFrom, type BillTo, type PlannedInvoice } from '../plan-invoice.ts'
import { shapeLines } from '../shape-lines.ts'

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
  /** The day of the run; for a preview the day on which a run will issue the nth period of an item. */
  /** Plugins that shape lines and check documents; nobody is asked without. */
  hooks?: Hooks
  issuedOn: IsoDate | ((period: { item: DueItem; dueOn: IsoDate; nth: number }) => IsoDate)
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
  const invoices = await planAll(sound, {
    ...{ buyers, sellers, issuedOn: dayOf(query.issuedOn) },
    hooks: query.hooks ?? noHooks,
  })
  return { due, invoices, problems }
}

interface Parties {
  buyers: ReadonlyMap<string, BillTo>
  sellers: ReadonlyMap<string, BillFrom>
  issuedOn: IssueDay
  hooks: Hooks
}

type IssueDay = Exclude<ChunkQuery['issuedOn'], IsoDate>

const dayOf = (day: ChunkQuery['issuedOn']): IssueDay => (typeof day === 'function' ? day : () => day)

async function planAll(items: readonly DueItem[], parties: Parties): Promise<PlannedInvoice[]> {
  const { buyers, sellers, issuedOn: day, hooks } = parties
  const plans: PlannedInvoice[] = []
  for (const { item, dueOn, issuedOn, lines } of groupLines(items, buyers, day)) {
    const { brandId, clientId, currency } = item
    const draft = { brandId, clientId, currency, origin: 'renewal' as const, originId: null, dueOn, lines }
    const shaped = await shapeLines(hooks, draft)
    plans.push(planInvoice(shaped, buyers.get(clientId)!, sellers.get(brandId)!, issuedOn))
  }
  return plans
}

interface Group {
  item: DueItem
  dueOn: IsoDate
  issuedOn: IsoDate
  lines: DraftLine[]
}

/**
 * What falls due on the same day, or in the same month, goes on one document, unless the client wants services apart. Of an item with several
 * periods each goes to its own day.
 */
function groupLines(items: readonly DueItem[], buyers: Parties['buyers'], day: IssueDay): Iterable<Group> {
  const groups = new Map<string, Group>()
  items.forEach((item, i) => {
    const apart = buyers.get(item.clientId)?.separate_invoices === 1 ? i : ''
    const head = `${item.clientId} ${item.brandId} ${item.currency} ${apart} `
    let nth = -1
    let last = ''
    for (const line of item.lines) {
      const dueOn = line.periodStart ?? item.dueOn
      if (dueOn !== last) nth++
      last = dueOn
      const issuedOn = day({ item, dueOn, nth })
      const key = `${head}${issuedOn} ${item.monthly ? dueOn.slice(0, 7) : dueOn}`
      const group = groups.get(key)
      if (!group) {
        groups.set(key, { item, dueOn, issuedOn, lines: [line] })
        continue
      }
      group.lines.push(line)
      group.dueOn = minDay(group.dueOn, dueOn)
    }
  })
  return groups.values()
}
