import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { systemActor } from '../../kernel/index.ts'
import { applyTransition, type Means } from '../../records/index.ts'
import { discrepancyLifecycle, type DiscrepancyKind, type DiscrepancyRow, type Found } from './discrepancy.ts'
import { finders } from './finders.ts'

const actor = systemActor('reconciler')

export interface Reconciled {
  open: number
  found: number
  gone: number
}

/**
 * Looks at everything that should agree and keeps a list of what does not: new ones are entered, those that went away by
 * themselves are closed, what staff dismissed stays dismissed. A second look changes nothing.
 */
export async function reconcileBooks(means: Means): Promise<Reconciled> {
  const counts: Reconciled = { open: 0, found: 0, gone: 0 }
  for (const kind of Object.keys(finders) as DiscrepancyKind[]) {
    const found = await finders[kind](means.db, { now: means.business.now() })
    await means.db.transaction((trx) => note(means, trx, { kind, found, counts }))
  }
  return counts
}

async function note(
  means: Means,
  trx: Trx,
  { kind, found, counts }: { kind: DiscrepancyKind; found: readonly Found[]; counts: Reconciled },
): Promise<void> {
  const rows = await trx.all<DiscrepancyRow>(
    sql`select * from discrepancies where kind = ${kind} order by id ${forUpdate(trx.dialect)}`,
  )
  const known = new Map(rows.map((row) => [row.subject_id, row]))
  const fresh = found.filter((one) => !known.has(one.subject_id)).map((one) => rowOf(means, kind, one))
  if (fresh.length > 0) await trx.insert('discrepancies', fresh)
  const still = new Map(found.map((one) => [one.subject_id, one]))
  for (const row of rows) {
    const one = still.get(row.subject_id)
    const name = one ? 'return' : 'vanish'
    if (!discrepancyLifecycle.transitions[name].from.includes(row.status)) continue
    const set = one ? { ...factsOf(one), ended_at: null } : { ended_at: means.business.now() }
    await applyTransition(means, trx, { lifecycle: discrepancyLifecycle, row, name, actor, change: { set } })
    counts[one ? 'found' : 'gone']++
  }
  counts.found += fresh.length
  counts.open += found.filter((one) => known.get(one.subject_id)?.status !== 'dismissed').length
}

const factsOf = ({ currency, amount_minor, detail }: Found) => ({
  ...{ currency, amount_minor, detail: JSON.stringify(detail) },
})

function rowOf(means: Means, kind: DiscrepancyKind, found: Found): DiscrepancyRow {
  const now = means.business.now()
  const { subject_id, brand_id, client_id } = found
  return {
    ...{ id: means.newId('dcy'), kind, subject_id, brand_id, client_id, ...factsOf(found), status: 'open' },
    ...{ found_at: now, ended_at: null, version: 1, created_at: now, updated_at: now },
  }
}
