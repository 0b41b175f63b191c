import { Type } from '../../../sdk/index.ts'
import {
  bookMovement,
  lockInvoice,
  READ_TASK,
  refundPayment,
  replayWebhook,
  settleInvoice,
  type Payments,
} from '../../billing/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { defineError, IllegalTransition, type Actor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, findRow } from '../../records/index.ts'
import { deliverPaid, planNextCharge } from '../../services/index.ts'
import { discrepancyLifecycle, type DiscrepancyKind, type DiscrepancyRow } from './discrepancy.ts'
import { finders } from './finders.ts'

export const DiscrepancyGone = defineError(
  'discrepancy.gone',
  409,
  () => 'It agrees by now; there is nothing to repair.',
)

/**
 * Does the one thing that brings a discrepancy into agreement. It looks again first, so that nothing is repaired that
 * agrees by now; and it is done once, because its state is left only once and what goes out has the row's id as its key.
 */
export const repairDiscrepancy = defineVerb(
  {
    permission: 'discrepancy.repair',
    asks: ['discrepancy.repair:check', 'gateway_movement.accept:check'],
    audience: ['staff'],
    input: Type.Object({ discrepancy_id: Type.String() }),
  },
  async (payments: Payments, { discrepancy_id: id }, actor): Promise<DiscrepancyRow> => {
    const wanted = { table: 'discrepancies', what: 'discrepancy', id, scope: { client: null } }
    const row = await findRow<DiscrepancyRow>(payments.db, actor, wanted)
    if (row.status !== 'open') throw illegal(row)
    const [found] = await finders[row.kind](payments.db, {
      now: payments.business.now(),
      only: row.subject_id,
    })
    if (!found && !(await begun(payments, row))) throw DiscrepancyGone({})
    await outside[row.kind]?.(payments, row, actor)
    return payments.db.transaction(async (trx) => {
      const locked = (await trx.get<DiscrepancyRow>(
        sql`select * from discrepancies where id = ${id} ${forUpdate(trx.dialect)}`,
      ))!
      if (locked.status !== 'open') throw illegal(locked)
      await inside[row.kind]?.(payments, trx, locked, actor)
      const change = {
        set: { ended_at: payments.business.now() },
        body: { kind: row.kind, subject: row.subject_id },
      }
      return applyTransition(payments, trx, {
        ...{ lifecycle: discrepancyLifecycle, row: locked, name: 'repair', actor, change },
      })
    })
  },
)

const illegal = ({ id, status }: DiscrepancyRow) =>
  IllegalTransition({ noun: 'discrepancy', id, state: status, transition: 'repair' })

/** Money that goes out through a gateway: before the transaction, under a key that makes a repeat the same refund. */
const outside: Partial<
  Record<DiscrepancyKind, (means: Payments, row: DiscrepancyRow, actor: Actor) => Promise<unknown>>
> = {
  charged_twice: giveBack,
  overpaid: giveBack,
  charged_by_agreement: giveBack,
  unknown_transaction: (means, row, actor) =>
    replayWebhook(means, { webhook_event_id: row.subject_id }, actor),
}

const REASONS: Partial<Record<DiscrepancyKind, string>> = { overpaid: 'More than was asked for' }

function giveBack(means: Payments, row: DiscrepancyRow, actor: Actor): Promise<unknown> {
  const input = {
    ...{ payment_id: row.subject_id, amount_minor: row.amount_minor!.toString(), destination: 'source' },
    ...{ from: 'credit', reason: REASONS[row.kind] ?? 'Charged twice', once: row.id },
  }
  return refundPayment(means, input, actor)
}

/** A refund that was entered by this very repair, before a crash kept it from being noted. */
async function begun({ db }: Payments, row: DiscrepancyRow): Promise<boolean> {
  if (outside[row.kind] !== giveBack) return false
  const key = `refund/${row.subject_id}/${row.id}`
  return (await db.get(sql`select id from refunds where effect_key = ${key}`)) !== undefined
}

const inside: Partial<
  Record<DiscrepancyKind, (means: Payments, trx: Trx, row: DiscrepancyRow, actor: Actor) => Promise<unknown>>
> = {
  unplanned: (means, trx, row, actor) => planNextCharge(means, trx, row.subject_id, actor),
  undelivered: (means, trx, row, actor) => deliverPaid(means, trx, row.subject_id, actor),
  unmatched_movement: (means, trx, row, actor) =>
    bookMovement(means, trx, { id: row.subject_id, accept: true }, actor),
  // The gateway is asked again, in a job: what it says then settles it, or the finding returns.
  payout_differs: (means, trx) => means.jobs.enqueue(trx, [{ task: READ_TASK, payload: {}, key: READ_TASK }]),
  unsettled: async (means, trx, row, actor) =>
    settleInvoice(means, trx, await lockInvoice(trx, row.subject_id), actor),
}
