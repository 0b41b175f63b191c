import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { systemActor, type Actor } from '../../kernel/index.ts'
import { applyTransition, type Means } from '../../records/index.ts'
import { postJournal } from '../ledger.ts'
import { moveToGateway } from '../payments/refund-place.ts'
import { todayOf } from '../settle-invoice.ts'
import { findBooked, type Candidate } from './find-booked.ts'
import { FEE_ALONE, movementLifecycle, type MovementRow } from './movement.ts'
import { planMovement } from './plan-movement.ts'

const BATCH = 200
const actor = systemActor('gateway_money')

/**
 * Books what waits and fits by now, each in a transaction of its own. What fits nothing yet waits on: its payment may be
 * told later than its fee. Answers how many were booked.
 */
export async function bookMovements(means: Means, instanceId: string): Promise<number> {
  let booked = 0
  for (let after = ''; ;) {
    const rows = await means.db.all<{ id: string }>(sql`
      select m.id from gateway_movements m where m.instance_id = ${instanceId} and m.status <> 'booked' and m.id > ${after}
      order by m.id limit ${BATCH}`)
    if (rows.length === 0) return booked
    for (const { id } of rows)
      if (await means.db.transaction((trx) => bookMovement(means, trx, { id }, actor))) booked++
    after = rows.at(-1)!.id
  }
}

/** Whether it is booked now and was not before. `accept`: staff take it as it is told. */
export async function bookMovement(
  means: Means,
  trx: Trx,
  { id, accept = false }: { id: string; accept?: boolean },
  by: Actor,
): Promise<boolean> {
  const row = await trx.get<MovementRow>(
    sql`select * from gateway_movements where id = ${id} ${forUpdate(trx.dialect)}`,
  )
  if (!row || row.status === 'booked' || (accept && row.status === 'accepted')) return false
  const found = await findBooked(trx, row)
  const { currency, charged_currency: other } = row
  const amountMinor = row.kind === FEE_ALONE ? (found?.booked.amountMinor ?? 0n) : row.amount_minor
  const plan = planMovement({
    instanceId: row.instance_id,
    told: {
      ...{ kind: row.kind, currency, amountMinor, feeMinor: row.fee_minor },
      charged: other === null ? null : { currency: other, minor: row.charged_minor ?? 0n },
    },
    booked: found?.booked ?? null,
    wasAccepted: row.status === 'accepted',
    accept,
  })
  if (!plan) return note(trx, row, found)
  if (found?.byHandId) {
    const of = { instanceId: row.instance_id, refundId: found.byHandId, feeMinor: 0n, occurredAt: undefined }
    await moveToGateway(means, trx, of)
  }
  const name = found || row.kind === 'fee' ? 'book' : 'accept'
  const brandId = found?.brandId ?? row.brand_id
  const head = { sourceId: row.id, brandId, effectiveOn: await todayOf(means, trx, brandId) }
  const kind = name === 'accept' ? 'movement_accepted' : 'movement_booked'
  if (plan.settled.length > 0) await postJournal(means, trx, { ...head, kind, postings: plan.settled })
  if (plan.exchanged.length > 0)
    await postJournal(means, trx, { ...head, kind: 'movement_exchanged', postings: plan.exchanged })
  const set = {
    ...{ amount_minor: amountMinor, brand_id: brandId, payment_id: found?.paymentId ?? row.payment_id },
    ...{ transaction_id: found?.transactionId ?? null, books_currency: found?.booked.currency ?? null },
    ...{ books_minor: found ? found.booked.amountMinor - found.booked.feeMinor : 0n, problem: null },
  }
  const change = { set, body: { payment_id: set.payment_id } }
  await applyTransition(means, trx, { lifecycle: movementLifecycle, row, name, actor: by, change })
  return true
}

/** Says why it waits, so that staff need not guess. */
async function note(trx: Trx, row: MovementRow, found: Candidate | null): Promise<false> {
  const problem = found ? 'differs' : null
  if (problem !== row.problem || (found && found.paymentId !== row.payment_id))
    await trx.run(
      sql`update gateway_movements set problem = ${problem}, payment_id = ${found?.paymentId ?? row.payment_id} where id = ${row.id}`,
    )
  return false
}
