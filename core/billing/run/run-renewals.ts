import { setImmediate as othersTurn, setTimeout as rest } from 'node:timers/promises'
import { list, sql, type Trx } from '../../db/index.ts'
import type { Actor, IsoDate } from '../../kernel/index.ts'
import { scopedSettings, type Means } from '../../records/index.ts'
import type { BillableSource, DueWindow } from '../billable-source.ts'
import type { InvoiceRow } from '../invoice.ts'
import { carryLines } from '../carry/index.ts'
import { checkIssue } from '../check-issue.ts'
import { account } from '../ledger.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import { applyCreditByItself } from '../credit/apply-credit.ts'
import { settleInvoice } from '../settle-invoice.ts'
import { writeInvoices } from '../write-invoices.ts'
import { chunkPaces } from './chunk-pace.ts'
import { dueWindow, LEAD } from './due-window.ts'
import { nextClients } from './next-clients.ts'
import { planChunk, type ChunkPlan } from './plan-chunk.ts'
import { forgetPostponed, setAside, takeBack, tellOfPostponed, withoutStanding } from './set-aside.ts'
import { takenOn } from './taken-on.ts'
import { addCounts, claim, countsOf, finishRun, openRun, readRun, type RunRow } from './run-row.ts'
import type { BilledZone } from './zones.ts'

export interface RunOptions {
  sources: readonly BillableSource[]
  asOfOn: IsoDate
  /** Whose day it is; absent: of all brands. */
  zone?: BilledZone
  actor: Actor
  /** Stops between chunks; the run goes on from there when it is asked again. */
  signal?: AbortSignal
}

/** A run is one of a zone and a day. */
export const runKind = (zone: string): string => `renewals:${zone}`

const EVERYWHERE: BilledZone = { zone: 'all', brandIds: null }

const FIRST_CLIENTS = 20
const REPLANS_MAX = 3

/**
 * Issues the renewal invoices of a day, chunk by chunk in the order of client ids. One chunk is one short transaction
 * that begins with the claim, so a killed, repeated or doubled run ends with the same books.
 */
export async function runRenewals(means: Means, options: RunOptions): Promise<RunRow> {
  const { zone = EVERYWHERE } = options
  const rules = await scopedSettings(means.db, LEAD)
  const window = dueWindow(rules, { on: options.asOfOn, brandIds: zone.brandIds })
  let run = await openRun(means, runKind(zone.zone), options.asOfOn)
  const nextPace = chunkPaces(means.db)
  let size = FIRST_CLIENTS
  while (run.status === 'running' && !options.signal?.aborted) {
    const wanted = { window, after: run.position, limit: size }
    const { clientIds, sources } = await nextClients(means.db, options.sources, wanted)
    if (clientIds.length === 0) {
      await forgetPostponed(means.db, run.id, zone.brandIds)
      return finishRun(means, run)
    }
    const work: Work = { means, options, window, sources, services: 0 }
    run = await billChunk(work, run, clientIds)
    const pace = nextPace()
    size = nextSize(clientIds.length, work.services, pace.services)
    // On SQLite nothing above waits for the system: without this, signals and other jobs would wait for the whole run.
    await (pace.restMs > 0 ? rest(pace.restMs) : othersTurn())
  }
  return run
}

interface Work {
  means: Means
  options: RunOptions
  window: DueWindow
  /** Of the run's those that have something for these clients. */
  sources: readonly BillableSource[]
  /** How many the last chunk had. */
  services: number
}

/** A day that was done once and is run again takes no more of an item than one run would. */
async function windowOf(
  { means, options, window }: Work,
  { ended_at: doneAt }: RunRow,
  clientIds: readonly string[],
): Promise<DueWindow> {
  return doneAt === null
    ? window
    : { ...window, taken: await takenOn(means.db, { on: options.asOfOn, clientIds }) }
}

/** Bills the clients; when that fails, halves them until the one that cannot be billed stands alone and is parked. */
async function billChunk(work: Work, run: RunRow, clientIds: readonly string[]): Promise<RunRow> {
  const { means, options } = work
  for (let attempt = 1; ; attempt++) {
    try {
      const { billable, retried } = await withoutStanding(means.db, clientIds)
      const plan = await planChunk(means.db, {
        sources: work.sources,
        clientIds: billable,
        window: await windowOf(work, run, billable),
        issuedOn: options.asOfOn,
        means,
      })
      await checkIssue(means.hooks, plan.invoices, options.actor)
      if (plan.problems.length > 0)
        return await splitOrPark(work, run, { clientIds, reason: plan.problems[0]!.reason })
      return await commitChunk(work, run, { position: clientIds.at(-1)!, plan, retried })
    } catch (error) {
      if ((error as { code?: string }).code === 'database.unavailable') throw error
      // Somebody may have changed a service between plan and commit: a new plan sees it.
      if (attempt < REPLANS_MAX && clientIds.length === 1) continue
      return splitOrPark(work, run, {
        clientIds,
        reason: error instanceof Error ? error.message : String(error),
      })
    }
  }
}

async function commitChunk(
  work: Work,
  run: RunRow,
  chunk: { position: string; plan: ChunkPlan; retried: readonly string[] },
): Promise<RunRow> {
  const { means, options } = work
  const { plan, position } = chunk
  const counts = addCounts(countsOf(run), {
    invoices: plan.invoices.length,
    services: servicesIn(plan),
    parked: plan.postponed.length,
    totals: totalsOf(plan.invoices),
  })
  const write = async (trx: Trx) => {
    if (!(await claim(trx, run, { position, counts, now: means.business.now() }))) return false
    if (trx.dialect === 'postgres') await forgetPlans(trx)
    for (const { source, items } of plan.due) await source.advance(trx, items)
    await carryLines(means, trx, plan.carried)
    for (const sameBrand of byBrand(plan.invoices)) {
      const invoices = await writeInvoices(means, trx, sameBrand, options.actor)
      await settle(means, trx, invoices, options.actor)
    }
    await postpone(means, trx, run, chunk)
    return true
  }
  const claimed = await means.db.transaction(write, { chunk: true })
  work.services = counts.services - countsOf(run).services
  return claimed
    ? { ...run, position, fence: run.fence + 1, counts: JSON.stringify(counts) }
    : readRun(means.db, run.kind, run.as_of_on)
}

/**
 * A connection keeps the plans by which foreign keys are checked from when its tables were small, when reading them
 * whole was best: in the first run of a shop that would make each chunk slower than the one before.
 */
async function forgetPlans(trx: Trx): Promise<void> {
  await trx.run(sql`discard plans`)
}

/** Only documents of nothing, and those of clients who hold credit, need more than being written. */
async function settle(means: Means, trx: Trx, invoices: readonly InvoiceRow[], actor: Actor): Promise<void> {
  const rows = await trx.all<{ client_id: string }>(sql`
    select client_id from postings where client_id in (${list(invoices.map((invoice) => invoice.client_id))}) and account = ${account.clientCredit}
    group by client_id, currency having sum(amount_minor) < 0`)
  const holders = new Set(rows.map((row) => row.client_id))
  for (const invoice of invoices) {
    if (holders.has(invoice.client_id)) await applyCreditByItself(means, trx, invoice, actor)
    else if (invoice.total_minor === 0n) await settleInvoice(means, trx, invoice, actor)
  }
}

/** Of those who were postponed before, who is billed now stands on the list no more. */
async function postpone(
  means: Means,
  trx: Trx,
  run: RunRow,
  { plan, retried }: { plan: ChunkPlan; retried: readonly string[] },
): Promise<void> {
  const [first] = plan.postponed
  if (first) await tellOfPostponed(means, trx, run, first.reason)
  const again = new Set(plan.postponed.map(({ clientId }) => clientId))
  await takeBack(
    trx,
    retried.filter((id) => !again.has(id)),
  )
  for (const { clientId, reason } of plan.postponed) {
    await setAside(means, trx, { clientId, reason, runId: run.id, postponed: true })
    trx.afterCommit(() =>
      means.log.warn({ client: clientId, reason, run: run.id }, 'billing postponed a client'),
    )
  }
}

async function splitOrPark(
  work: Work,
  run: RunRow,
  failed: { clientIds: readonly string[]; reason: string },
): Promise<RunRow> {
  const { clientIds, reason } = failed
  if (clientIds.length === 1) return park(work, run, { clientId: clientIds[0]!, reason })
  const half = Math.ceil(clientIds.length / 2)
  const first = await billChunk(work, run, clientIds.slice(0, half))
  // Another runner may have gone past us; then its claim decides and the loop reads on from there.
  if (first.position !== clientIds[half - 1]) return first
  return billChunk(work, first, clientIds.slice(half))
}

/** Sets a client aside with the reason, for staff to see; the run goes on behind it. */
async function park(work: Work, run: RunRow, parked: { clientId: string; reason: string }): Promise<RunRow> {
  const { means } = work
  const counts = addCounts(countsOf(run), { invoices: 0, services: 0, parked: 1, totals: new Map() })
  const now = means.business.now()
  const claimed = await means.db.transaction(async (trx) => {
    if (!(await claim(trx, run, { position: parked.clientId, counts, now }))) return false
    await setAside(means, trx, { ...parked, runId: run.id, postponed: false })
    return true
  })
  means.log.error({ client: parked.clientId, reason: parked.reason, run: run.id }, 'billing parked a client')
  return claimed
    ? { ...run, position: parked.clientId, fence: run.fence + 1, counts: JSON.stringify(counts) }
    : readRun(means.db, run.kind, run.as_of_on)
}

/** How many clients will have about so many services, going by those of the last chunk. */
function nextSize(clients: number, services: number, wanted: number): number {
  const fitting = Math.floor((clients * wanted) / Math.max(services, 1))
  return Math.max(1, Math.min(fitting, clients * 2, wanted))
}

function byBrand(invoices: readonly PlannedInvoice[]): PlannedInvoice[][] {
  const groups = new Map<string, PlannedInvoice[]>()
  for (const invoice of invoices) {
    const group = groups.get(invoice.draft.brandId)
    if (group) group.push(invoice)
    else groups.set(invoice.draft.brandId, [invoice])
  }
  return [...groups.values()]
}

const servicesIn = (plan: ChunkPlan): number => plan.due.reduce((sum, { items }) => sum + items.length, 0)

function totalsOf(invoices: readonly PlannedInvoice[]): Map<string, bigint> {
  const totals = new Map<string, bigint>()
  for (const { draft, totalMinor } of invoices)
    totals.set(draft.currency, (totals.get(draft.currency) ?? 0n) + totalMinor)
  return totals
}
