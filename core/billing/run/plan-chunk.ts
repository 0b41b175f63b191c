import type { Queries } from '../../db/index.ts'
import { BerthError, type IsoDate } from '../../kernel/index.ts'
import type { BillableSource, DueItem, DueWindow } from '../billable-source.ts'
import { termsOf } from '../billing-terms.ts'
import type { CarriedSum } from '../carry/index.ts'
import type { DraftInvoice, DraftLine } from '../draft.ts'
import { loadBuyers, loadSellers } from '../parties.ts'
import type { AskMeans } from '../ask-remote-taxes.ts'
import { planTaxedAll, type DocumentCase } from '../determine-taxes.ts'
import type { BillFrom, BillTo, PlannedInvoice } from '../plan-invoice.ts'
import { shapeLines } from '../shape-lines.ts'
import { sumIn } from '../sums.ts'
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
  /** Left out whole because a tax is not known now; the next run finds all of it again. */
  postponed: { clientId: string; reason: string }[]
}

export interface ChunkQuery {
  sources: readonly BillableSource[]
  clientIds: readonly string[]
  window: DueWindow
  /** By which plugins are asked that shape lines and determine taxes. */
  means: AskMeans
  /** The day of the run; for a preview the day on which a run will issue the nth period of an item, once it knows these. */
  issuedOn: IsoDate | ((items: readonly DueItem[]) => Promise<IssueDay>)
}

/** One function for run, preview and tests: reads a snapshot, decides nothing that the snapshot does not say. */
export const planChunk = async (queries: Queries, query: ChunkQuery): Promise<ChunkPlan> =>
  (await readChunk(queries, query))(query.issuedOn)

/** The snapshot alone, out of which may be planned more than once. */
export async function readChunk(
  queries: Queries,
  query: Omit<ChunkQuery, 'issuedOn'>,
): Promise<(issuedOn: ChunkQuery['issuedOn']) => Promise<ChunkPlan>> {
  const due: DueOfSource[] = []
  for (const source of query.sources) {
    due.push({
      source,
      items: await source.dueItems(queries, { ...query.window, clientIds: query.clientIds }),
    })
  }
  const items = due.flatMap(({ items: all }) => all)
  const buyers = await loadBuyers(queries, query.clientIds)
  const sellers = await loadSellers(queries, [...new Set(items.map((item) => item.brandId))], query.clientIds)
  return (issuedOn) => planDue(due, issuedOn, { queries, buyers, sellers, means: query.means })
}

async function planDue(
  due: readonly DueOfSource[],
  issuedOn: ChunkQuery['issuedOn'],
  parties: Parties,
): Promise<ChunkPlan> {
  const problems = due.flatMap(({ items }) =>
    items.flatMap((item) => (item.problem ? [{ clientId: item.clientId, reason: item.problem }] : [])),
  )
  const troubled = new Set(problems.map(({ clientId }) => clientId))
  const sound = due.flatMap(({ items }) => items).filter((item) => !troubled.has(item.clientId))
  const { groups, waiting } = groupLines(sound, parties.buyers, await dayOf(issuedOn, sound))
  const planned = await planAll(groups, parties)
  const later = new Set(planned.postponed.map(({ clientId }) => clientId))
  const going = due.map(({ source, items: all }) => ({
    source,
    items: all.filter((one) => !waiting.has(one) && !later.has(one.clientId)),
  }))
  return { due: going, ...planned, problems }
}

interface Parties {
  queries: Queries
  buyers: ReadonlyMap<string, BillTo>
  sellers: ReadonlyMap<string, BillFrom>
  means: AskMeans
}

const dayOf = async (day: ChunkQuery['issuedOn'], items: readonly DueItem[]): Promise<IssueDay> =>
  typeof day === 'function' ? day(items) : () => day

/** A sum below the smallest invoice of its client goes on the next document, which may be one of this plan. */
async function planAll(
  groups: readonly Group[],
  parties: Parties,
): Promise<Pick<ChunkPlan, 'invoices' | 'carried' | 'postponed'>> {
  const invoices: PlannedInvoice[] = []
  const postponed = new Map<string, string>()
  const small = new Map<string, { group: Group; lines: DraftLine[] }>()
  const inOrder = ordered(groups, parties)
  const alone = await planGroups(inOrder, parties)
  for (const [i, group] of inOrder.entries()) {
    const before = group.item.apart ? undefined : small.get(group.head)
    const lines = before ? [...before.lines, ...group.lines] : group.lines
    const plan = before ? (await planGroups([{ ...group, lines }], parties))[0]! : alone[i]!
    if (plan instanceof BerthError) postponed.set(group.item.clientId, plan.message)
    else if (!group.forced && isSmall(plan)) small.set(group.head, { group, lines })
    else {
      invoices.push(plan)
      if (before) small.delete(group.head)
    }
  }
  const carried = [...small.values()].map(({ group, lines }) => {
    const { brandId, clientId, currency } = group.item
    return { brandId, clientId, currency, dueOn: group.dueOn, issuedOn: group.issuedOn, lines }
  })
  return {
    invoices: invoices.filter(({ draft }) => !postponed.has(draft.clientId)),
    carried: carried.filter(({ clientId }) => !postponed.has(clientId)),
    postponed: [...postponed].map(([clientId, reason]) => ({ clientId, reason })),
  }
}

/** The order of their days matters only where a sum may move on to the next document. */
function ordered(groups: readonly Group[], { buyers, sellers }: Parties): readonly Group[] {
  const mayMove = groups.some(
    ({ item: { brandId, clientId, currency } }) =>
      sumIn(termsOf(buyers.get(clientId)!, sellers.get(brandId)!).minimums, currency) !== null,
  )
  return mayMove ? groups.toSorted(byDay) : groups
}

/** All taxes are asked for together, because each question to a service outside takes its time. */
async function planGroups(
  groups: readonly Group[],
  { queries, buyers, sellers, means }: Parties,
): Promise<(PlannedInvoice | BerthError)[]> {
  const cases: DocumentCase[] = []
  for (const group of groups) {
    const { brandId, clientId } = group.item
    const draft = await shapeLines(means.hooks, draftOf(group))
    const parties = { buyer: buyers.get(clientId)!, from: sellers.get(brandId)! }
    cases.push({ ...parties, draft, issuedOn: group.issuedOn })
  }
  return planTaxedAll(means, queries, cases)
}

function draftOf({ item, dueOn, lines }: Group): DraftInvoice {
  const { brandId, clientId, currency, apart } = item
  const origin = apart ? 'billable' : 'renewal'
  return {
    ...{ brandId, clientId, currency, origin, originId: apart?.key ?? null, dueOn, lines },
    ...(apart?.notes ? { notes: apart.notes } : {}),
  }
}

function isSmall({ draft, buyer, from, totalMinor }: PlannedInvoice): boolean {
  const minimum = sumIn(termsOf(buyer, from).minimums, draft.currency)
  return minimum !== null && totalMinor > 0n && totalMinor < minimum
}
