import { minorDigits } from '../../../sdk/index.ts'
import type { Queries } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'
import { noHooks, type Hooks } from '../../records/index.ts'
import type { BillableSource, DueItem, DueWindow } from '../billable-source.ts'
import { termsOf } from '../billing-terms.ts'
import type { CarriedSum } from '../carry/index.ts'
import type { DraftInvoice, DraftLine } from '../draft.ts'
import { loadBuyers, loadSellers } from '../parties.ts'
import { planTaxed } from '../determine-taxes.ts'
import type { BillFrom, BillTo, PlannedInvoice } from '../plan-invoice.ts'
import { shapeLines } from '../shape-lines.ts'
import { byDay, groupLines, type Group, type IssueDay } from './group-lines.ts'

export interface DueOfSource {
  source: BillableSource
  items: DueItem[]
}

/** What a chunk of clients will be invoiced: read in a handful of statements, planned in memory. */
export interface ChunkPlan {
  due: DueOfSource[]
  invoices: PlannedInvoice[]
  /** Too little for a document: charged now, invoiced with the next one. */
  carried: CarriedSum[]
  problems: { clientId: string; reason: string }[]
}

export interface ChunkQuery {
  sources: readonly BillableSource[]
  clientIds: readonly string[]
  window: DueWindow
  /** Plugins that shape lines and check documents; nobody is asked without. */
  hooks?: Hooks
  /** The day of the run; for a preview the day on which a run will issue the nth period of an item, once it knows these. */
  issuedOn: IsoDate | ((items: readonly DueItem[]) => Promise<IssueDay>)
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
  const sellers = await loadSellers(queries, [...new Set(items.map((item) => item.brandId))], query.clientIds)
  const troubled = new Set(problems.map(({ clientId }) => clientId))
  const sound = items.filter((item) => !troubled.has(item.clientId))
  const { groups, waiting } = groupLines(sound, buyers, await dayOf(query.issuedOn, sound))
  const planned = await planAll(groups, { queries, buyers, sellers, hooks: query.hooks ?? noHooks })
  const going = due.map(({ source, items: all }) => ({
    source,
    items: all.filter((one) => !waiting.has(one)),
  }))
  return { due: going, ...planned, problems }
}

interface Parties {
  queries: Queries
  buyers: ReadonlyMap<string, BillTo>
  sellers: ReadonlyMap<string, BillFrom>
  hooks: Hooks
}

const dayOf = async (day: ChunkQuery['issuedOn'], items: readonly DueItem[]): Promise<IssueDay> =>
  typeof day === 'function' ? day(items) : () => day

/** A sum below the smallest invoice of its client goes on the next document, which may be one of this plan. */
async function planAll(
  groups: readonly Group[],
  parties: Parties,
): Promise<Pick<ChunkPlan, 'invoices' | 'carried'>> {
  const invoices: PlannedInvoice[] = []
  const small = new Map<string, { group: Group; lines: DraftLine[] }>()
  for (const group of ordered(groups, parties)) {
    const before = group.item.apart ? undefined : small.get(group.head)
    const lines = before ? [...before.lines, ...group.lines] : group.lines
    const plan = await planGroup(group, lines, parties)
    if (!group.forced && isSmall(plan)) small.set(group.head, { group, lines })
    else {
      invoices.push(plan)
      if (before) small.delete(group.head)
    }
  }
  const carried = [...small.values()].map(({ group, lines }) => {
    const { brandId, clientId, currency } = group.item
    return { brandId, clientId, currency, dueOn: group.dueOn, issuedOn: group.issuedOn, lines }
  })
  return { invoices, carried }
}

/** The order of their days matters only where a sum may move on to the next document. */
function ordered(groups: readonly Group[], { buyers, sellers }: Parties): readonly Group[] {
  const mayMove = groups.some(
    ({ item }) => termsOf(buyers.get(item.clientId)!, sellers.get(item.brandId)!).minimumUnits > 0,
  )
  return mayMove ? groups.toSorted(byDay) : groups
}

async function planGroup(
  { item, dueOn, issuedOn }: Group,
  lines: readonly DraftLine[],
  { queries, buyers, sellers, hooks }: Parties,
): Promise<PlannedInvoice> {
  const { brandId, clientId, currency, apart } = item
  const origin = apart ? 'billable' : 'renewal'
  const draft: DraftInvoice = {
    ...{ brandId, clientId, currency, origin, originId: apart?.key ?? null, dueOn, lines },
    ...(apart?.notes ? { notes: apart.notes } : {}),
  }
  const shaped = await shapeLines(hooks, draft)
  const parties = { buyer: buyers.get(clientId)!, from: sellers.get(brandId)! }
  return planTaxed({ hooks }, queries, { ...parties, draft: shaped, issuedOn })
}

function isSmall({ draft, buyer, from, totalMinor }: PlannedInvoice): boolean {
  const { minimumUnits } = termsOf(buyer, from)
  if (minimumUnits === 0 || totalMinor <= 0n) return false
  return totalMinor < BigInt(minimumUnits) * 10n ** BigInt(minorDigits(draft.currency))
}
