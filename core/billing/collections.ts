import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { recordEvent } from '../events/index.ts'
import type { Actor, Instant } from '../kernel/index.ts'
import {
  defineVerb,
  demandCheck,
  findRow,
  updateVersioned,
  type Asking,
  type Means,
} from '../records/index.ts'
import { NotCollectable, StillProforma } from './errors.ts'
import type { InvoiceRow } from './invoice.ts'
import { lockInvoice } from './settle-invoice.ts'

const input = Type.Object({
  invoice_id: Type.String(),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
})

/** Hands an unpaid document to collections: reminders and automatic charges leave it alone from then on. */
export const sendToCollections = defineVerb(
  {
    permission: 'invoice.send_to_collections',
    asks: ['invoice.send_to_collections:check'],
    audience: ['staff'],
    input,
  },
  (means: Means, act, actor): Promise<void> =>
    mark(means, { ...act, transition: 'send_to_collections', at: means.business.now() }, actor),
)

/** Takes it back: reminders and charges go on by their plan. */
export const recallFromCollections = defineVerb(
  {
    permission: 'invoice.recall_from_collections',
    asks: ['invoice.recall_from_collections:check'],
    audience: ['staff'],
    input,
  },
  (means: Means, act, actor): Promise<void> =>
    mark(means, { ...act, transition: 'recall_from_collections', at: null }, actor),
)

interface Marking {
  invoice_id: string
  reason: string
  transition: 'send_to_collections' | 'recall_from_collections'
  at: Instant | null
}

async function mark(means: Means, act: Marking, actor: Actor): Promise<void> {
  await findRow(means.db, actor, { table: 'invoices', what: 'invoice', id: act.invoice_id })
  await means.db.transaction(async (trx) => {
    const row: InvoiceRow = await lockInvoice(trx, act.invoice_id)
    if (row.proforma === 1) throw StillProforma({ number: row.number ?? row.id })
    const wanted = act.at === null ? row.in_collections_at !== null : row.in_collections_at === null
    if (row.kind !== 'invoice' || row.status !== 'issued' || !wanted)
      throw NotCollectable({
        number: row.number ?? row.id,
        status: row.status,
        there: row.in_collections_at !== null,
      })
    demandCheck(means, trx, actor, markAsking(row, act))
    const set = { in_collections_at: act.at }
    await updateVersioned(means, trx, { table: 'invoices', what: 'invoice', row, set })
    const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
    const before = { in_collections_at: row.in_collections_at }
    await recordAudit(means, trx, actor, [
      { ...scope, action: `invoice.${act.transition}`, before, after: set, reason: act.reason },
    ])
    const type = act.at === null ? 'invoice.recalled_from_collections' : 'invoice.sent_to_collections'
    await recordEvent(means, trx, actor, { ...scope, type, body: { id: row.id, number: row.number } })
  })
}

/** The state of the document stays as it is, so the check says only where reminders stand. */
function markAsking(row: InvoiceRow, { transition, reason }: Marking): Asking {
  const [from, to] =
    transition === 'send_to_collections' ? ['free', 'in_collections'] : ['in_collections', 'free']
  return { noun: 'invoice', transition, from, to, row, reason }
}
