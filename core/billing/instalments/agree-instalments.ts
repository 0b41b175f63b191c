import { Type } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { recordEvent } from '../../events/index.ts'
import {
  addMonths,
  cycle,
  invalidInput,
  isoDate,
  type Actor,
  type Cycle,
  type IsoDate,
} from '../../kernel/index.ts'
import { defineVerb, demandCheck, findRow, type Asking, type Means } from '../../records/index.ts'
import { NotInInstalments } from '../errors.ts'
import type { InvoiceRow } from '../invoice.ts'
import { issueInvoice } from '../issue-invoice.ts'
import { paymentsFor } from '../payments/under-way.ts'
import { lockInvoice, openAmount, todayOf } from '../settle-invoice.ts'
import type { InstalmentPlanRow } from './instalment-plan.ts'
import { feeOfOffer, offerFor } from './offer-instalments.ts'
import { planInstalments } from './plan-instalments.ts'

/** A first day further off is a slip of the keys, and so is one that is over: the plan would be broken at once. */
const FIRST_WITHIN_MONTHS = 12

/** Staff agree with a client that what is open of a document is paid in parts. The document itself does not change. */
export const agreeInstalments = defineVerb(
  {
    permission: 'instalment_plan.agree',
    asks: ['instalment_plan.agree:check'],
    audience: ['staff'],
    input: Type.Object({
      invoice_id: Type.String(),
      parts: Type.Integer({ minimum: 2, maximum: 36 }),
      first_on: Type.String({ format: 'date' }),
      every: Type.Enum(['1w', '2w', '1m', '3m']),
      fee_minor: Type.Optional(Type.String({ pattern: '^\\d{1,12}$' })),
      fee_tax_class: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 40 })),
    }),
  },
  async (means: Means, input, actor): Promise<InstalmentPlanRow> => {
    await findRow(means.db, actor, { table: 'invoices', what: 'invoice', id: input.invoice_id })
    return means.db.transaction(async (trx) => {
      const invoice = await lockInvoice(trx, input.invoice_id)
      const firstOn = isoDate(input.first_on)
      const today = await todayOf(means, trx, invoice.brand_id)
      if (firstOn < today || firstOn > addMonths(today, FIRST_WITHIN_MONTHS))
        throw invalidInput({ first_on: 'must be a day from today on and within a year' })
      const terms = {
        ...{ parts: input.parts, firstOn, every: cycle(input.every) },
        ...{ feeMinor: BigInt(input.fee_minor ?? 0), taxClass: input.fee_tax_class ?? 'standard' },
      }
      return openPlan(means, trx, { invoice, terms }, actor)
    })
  },
)

/** A client takes the plan that is offered for its document, from today on. */
export const takeInstalments = defineVerb(
  {
    permission: 'instalment_plan.take',
    asks: ['instalment_plan.agree:check'],
    audience: ['staff', 'client'],
    input: Type.Object({ invoice_id: Type.String() }),
  },
  async (means: Means, { invoice_id }, actor): Promise<InstalmentPlanRow> => {
    await findRow(means.db, actor, {
      ...{ table: 'invoices', what: 'invoice', id: invoice_id },
      scope: { right: 'instalment_plan.take' },
    })
    return means.db.transaction(async (trx) => {
      const invoice = await lockInvoice(trx, invoice_id)
      const openMinor = await openAmount(trx, invoice)
      const offer = await offerFor(trx, { invoice, openMinor })
      if (!offer) throw NotInInstalments({ number: invoice.number ?? invoice.id, why: 'not_offered' })
      const firstOn = await todayOf(means, trx, invoice.brand_id)
      const { parts, every, tax_class: taxClass } = offer
      const feeMinor = feeOfOffer(offer, openMinor)
      const terms = { parts, firstOn, every: cycle(every), feeMinor, taxClass }
      return openPlan(means, trx, { invoice, terms }, actor)
    })
  },
)

interface Terms {
  parts: number
  firstOn: IsoDate
  every: Cycle
  feeMinor: bigint
  taxClass: string
}

/** A plan has no id before it is agreed, so its document stands for it. */
function agreeAsking(row: InvoiceRow, openMinor: bigint, terms: Terms): Asking {
  const facts = {
    ...{ open_minor: openMinor.toString(), currency: row.currency, parts: terms.parts },
    ...{ first_on: terms.firstOn, every: terms.every, fee_minor: terms.feeMinor.toString() },
  }
  return { noun: 'instalment_plan', transition: 'agree', from: 'none', to: 'active', row, facts }
}

async function openPlan(
  means: Means,
  trx: Trx,
  { invoice, terms }: { invoice: InvoiceRow; terms: Terms },
  actor: Actor,
): Promise<InstalmentPlanRow> {
  const openMinor = await openAmount(trx, invoice)
  await demandFree(trx, { invoice, openMinor, parts: terms.parts })
  demandCheck(means, trx, actor, agreeAsking(invoice, openMinor, terms))
  const now = means.business.now()
  const id = means.newId('ipl')
  const fee = terms.feeMinor > 0n ? await issueFee(means, trx, { id, invoice, terms }, actor) : null
  const scope = { brand_id: invoice.brand_id, client_id: invoice.client_id }
  const row: InstalmentPlanRow = {
    ...{ id, ...scope, invoice_id: invoice.id, currency: invoice.currency, status: 'active' },
    ...{ covers_minor: openMinor, base_minor: invoice.total_minor - openMinor, every: terms.every },
    ...{ fee_id: fee?.id ?? null, reason: null, version: 1, created_at: now, updated_at: now },
  }
  await trx.insert('instalment_plans', [row])
  const parts = planInstalments({ openMinor, ...terms })
  let throughMinor = row.base_minor
  const rows = parts.map(({ dueOn, amountMinor }, i) => {
    throughMinor += amountMinor
    return {
      ...{ plan_id: id, position: i + 1, invoice_id: invoice.id, due_on: dueOn },
      ...{ amount_minor: amountMinor, through_minor: throughMinor },
    }
  })
  await trx.insert('instalments', rows)
  await trx.run(sql`update invoices set owed_on = ${terms.firstOn} where id = ${invoice.id}`)
  const told = { subject: id, brandId: row.brand_id, clientId: row.client_id }
  const after = { invoice_id: invoice.id, parts: terms.parts, first_on: terms.firstOn, every: terms.every }
  await recordAudit(means, trx, actor, [{ ...told, action: 'instalment_plan.agree', after }])
  await recordEvent(means, trx, actor, { ...told, type: 'instalment_plan.agreed', body: { id, ...after } })
  return row
}

/** One plan at a time, on what is owed and for which nobody is paying just now. */
async function demandFree(
  trx: Trx,
  { invoice, openMinor, parts }: { invoice: InvoiceRow; openMinor: bigint; parts: number },
): Promise<void> {
  const refuse = (why: Parameters<typeof NotInInstalments>[0]['why']) =>
    NotInInstalments({ number: invoice.number ?? invoice.id, why })
  if (invoice.kind !== 'invoice' || invoice.status !== 'issued' || openMinor <= 0n) throw refuse('closed')
  if (invoice.proforma === 1) throw refuse('proforma')
  if (invoice.in_collections_at !== null) throw refuse('collections')
  if (openMinor < BigInt(parts)) throw refuse('small')
  const plan = await trx.get(
    sql`select id from instalment_plans where invoice_id = ${invoice.id} and status = 'active'`,
  )
  if (plan) throw refuse('planned')
  const paying = await trx.get(sql`
    select p.id from payments p where ${paymentsFor(sql`${invoice.id}`)} and p.status in ('pending', 'authorised', 'unknown') limit 1`)
  if (paying) throw refuse('under_way')
}

/** The fee is a document of its own, because what was issued never changes; it is due with the first part. */
function issueFee(
  means: Means,
  trx: Trx,
  { id, invoice, terms }: { id: string; invoice: InvoiceRow; terms: Terms },
  actor: Actor,
): Promise<InvoiceRow> {
  const { feeMinor: amountMinor, taxClass, firstOn } = terms
  const line = {
    ...{ sourceId: id, kind: 'fee' as const, quantity: 1, unitMinor: amountMinor, amountMinor, taxClass },
    ...{
      description: `Fee for paying ${invoice.number} by instalments`,
      periodStart: firstOn,
      periodEnd: firstOn,
    },
    trace: { number: invoice.number, parts: terms.parts, instalments: id },
  }
  const draft = {
    ...{ brandId: invoice.brand_id, clientId: invoice.client_id, currency: invoice.currency },
    ...{ origin: 'instalments' as const, originId: id, dueOn: firstOn, lines: [line] },
  }
  return issueInvoice(means, trx, draft, actor)
}
