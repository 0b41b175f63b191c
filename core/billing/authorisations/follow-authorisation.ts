import type { PaymentOutcome } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { instant, toMs, type Actor } from '../../kernel/index.ts'
import { applyTransition, readSetting, type Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import type { PaymentRow } from '../payments/payment.ts'
import { authorisationDays } from '../settings.ts'
import { captureModeOf, lockAuthorisation } from './authorisation.ts'
import { authorisationLifecycle } from './authorisation-lifecycle.ts'
import { releaseHeld } from './release-payment.ts'

interface Followed {
  payment: PaymentRow
  outcome: PaymentOutcome
}

const DAY_MS = 86_400_000

/** What a gateway said of a payment that it has reserved, written down beside it. */
export async function followAuthorisation(
  means: Means,
  trx: Trx,
  { payment, outcome }: Followed,
  actor: Actor,
): Promise<void> {
  if (payment.status === 'authorised') {
    if (outcome.outcome === 'authorised') await hold(means, trx, { payment, outcome }, actor)
    return
  }
  const row = await lockAuthorisation(trx, payment.id)
  if (!row || ['captured', 'released', 'lapsed'].includes(row.status)) return
  const change = { set: { taken_minor: payment.received_minor, problem: null } }
  const name = payment.status === 'succeeded' ? 'take' : row.status === 'releasing' ? 'let_go' : 'lapse'
  await applyTransition(means, trx, {
    ...{ lifecycle: authorisationLifecycle, row, name, actor },
    change: {
      ...(name === 'take' ? change : {}),
      body: { payment_id: payment.id, invoice_id: row.invoice_id },
    },
  })
}

/** Once: what is said again changes nothing. What is reserved for a document that fell through is let go. */
async function hold(
  means: Means,
  trx: Trx,
  { payment, outcome }: { payment: PaymentRow; outcome: Extract<PaymentOutcome, { outcome: 'authorised' }> },
  actor: Actor,
): Promise<void> {
  if (!payment.invoice_id) return
  const invoice = await trx.get<InvoiceRow>(sql`select * from invoices where id = ${payment.invoice_id}`)
  const days = await readSetting(trx, authorisationDays, { brand: payment.brand_id })
  const now = means.business.now()
  const expiresAt = outcome.expires_at ?? instant(toMs(now) + days * DAY_MS)
  const { id, brand_id, client_id, invoice_id, currency } = payment
  const mode = (await captureModeOf(trx, invoice!)) ?? 'on_acceptance'
  await trx.run(sql`
    insert into authorisations (id, brand_id, client_id, payment_id, invoice_id, status, mode, currency, amount_minor, expires_at, created_at, updated_at)
    values (${means.newId('ath')}, ${brand_id}, ${client_id}, ${id}, ${invoice_id}, 'held', ${mode}, ${currency}, ${BigInt(outcome.amount.minor)}, ${expiresAt}, ${now}, ${now})
    on conflict (payment_id) do nothing`)
  if (invoice!.status !== 'issued')
    await releaseHeld(means, trx, { invoiceId: invoice!.id, reason: 'Its document is not owed' }, actor)
}
