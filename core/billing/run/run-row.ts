import { sql, type Queries, type Trx } from '../../db/index.ts'
import { assert, type IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'

export interface RunCounts {
  invoices: number
  services: number
  parked: number
  /** Currency → minor units as text. */
  totals: Record<string, string>
}

/** A run is data: asking twice for a day gives the same row, and all progress is in it. */
export interface RunRow {
  id: string
  kind: string
  as_of_on: IsoDate
  status: 'running' | 'completed' | 'completed_with_exceptions'
  /** Last client that is done. */
  position: string
  fence: number
  counts: string
  started_at: string
  /** When all clients were done for the first time or the last: a run that has it is one of a day that is run again. */
  ended_at: string | null
}

export const NOTHING_COUNTED: RunCounts = { invoices: 0, services: 0, parked: 0, totals: {} }

/** Starts the day's run, goes on with one that was interrupted, or begins a completed one again from the first client. */
export async function openRun(means: Means, kind: string, asOfOn: IsoDate): Promise<RunRow> {
  return means.db.transaction(async (trx) => {
    const now = means.business.now()
    await trx.run(sql`
      insert into billing_runs (id, kind, as_of_on, status, position, fence, counts, started_at, updated_at)
      values (${means.newId('run')}, ${kind}, ${asOfOn}, 'running', '', 0, ${JSON.stringify(NOTHING_COUNTED)}, ${now}, ${now})
      on conflict (kind, as_of_on) do nothing`)
    await trx.run(sql`
      update billing_runs set status = 'running', position = '', fence = fence + 1, updated_at = ${now}
      where kind = ${kind} and as_of_on = ${asOfOn} and status <> 'running'`)
    return readRun(trx, kind, asOfOn)
  })
}

export async function readRun(queries: Queries, kind: string, asOfOn: IsoDate): Promise<RunRow> {
  const row = await queries.get<RunRow>(
    sql`select * from billing_runs where kind = ${kind} and as_of_on = ${asOfOn}`,
  )
  assert(row, `the ${kind} run of ${asOfOn} exists`)
  return row
}

/** First statement of a chunk: moves the run from where I saw it. False when somebody else was faster. */
export async function claim(
  trx: Trx,
  run: RunRow,
  step: { position: string; counts: RunCounts; now: string },
): Promise<boolean> {
  const moved = await trx.run(sql`
    update billing_runs set position = ${step.position}, fence = fence + 1, counts = ${JSON.stringify(step.counts)}, updated_at = ${step.now}
    where id = ${run.id} and fence = ${run.fence} and position = ${run.position} and status = 'running'`)
  return moved === 1
}

export async function finishRun(means: Means, run: RunRow): Promise<RunRow> {
  const counts = countsOf(run)
  const status = counts.parked > 0 ? 'completed_with_exceptions' : 'completed'
  const now = means.business.now()
  await means.db.run(
    sql`update billing_runs set status = ${status}, ended_at = ${now}, updated_at = ${now} where id = ${run.id} and fence = ${run.fence}`,
  )
  return { ...run, status, ended_at: now }
}

export const countsOf = (run: RunRow): RunCounts => JSON.parse(run.counts) as RunCounts

export function addCounts(
  counts: RunCounts,
  more: { invoices: number; services: number; parked: number; totals: ReadonlyMap<string, bigint> },
): RunCounts {
  const totals = { ...counts.totals }
  for (const [currency, minor] of more.totals)
    totals[currency] = (BigInt(totals[currency] ?? '0') + minor).toString()
  return {
    invoices: counts.invoices + more.invoices,
    services: counts.services + more.services,
    parked: counts.parked + more.parked,
    totals,
  }
}
