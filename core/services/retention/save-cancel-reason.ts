import { Type, type Static } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { readAmount, readPercent } from '../../catalog/index.ts'
import { list, sql, type Trx } from '../../db/index.ts'
import { ChangedMeanwhile, invalidInput, type Actor } from '../../kernel/index.ts'
import { defineVerb, findRow, updateVersioned, type Means } from '../../records/index.ts'
import { offerKinds, type CancelReasonRow, type OfferColumns } from './rows.ts'

const Fields = {
  name: Type.String({ minLength: 1, maxLength: 120 }),
  position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  product_ids: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 500 })),
  asks_note: Type.Optional(Type.Boolean()),
  /** Null: nothing is offered. */
  offer: Type.Optional(Type.Union([Type.Enum([...offerKinds]), Type.Null()])),
  offer_text: Type.Optional(Type.Union([Type.String({ maxLength: 500 }), Type.Null()])),
  /** Of a discount: "12.5", or a sum with its currency, off each of so many renewals. */
  percent: Type.Optional(Type.String({ maxLength: 10 })),
  amount: Type.Optional(Type.String({ maxLength: 20 })),
  currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
  renewals: Type.Optional(Type.Integer({ minimum: 1, maximum: 120 })),
  label: Type.Optional(Type.String({ maxLength: 120 })),
}
const Reason = Type.Object(Fields)

/** Adds a reason that the cancellation of a brand asks for; answers its id. */
export const createCancelReason = defineVerb(
  {
    permission: 'cancel_reason.create',
    audience: ['staff'],
    input: Type.Object({ brand_id: Type.String({ maxLength: 64 }), ...Fields }),
  },
  (means: Means, { brand_id, ...fields }, actor): Promise<string> =>
    means.db.transaction(async (trx) => {
      const brand = await findRow<{ id: string }>(trx, actor, {
        ...{ table: 'brands', what: 'brand', id: brand_id, scope: { client: null, brand: 'id' } },
      })
      const columns = await columnsOf(trx, brand.id, fields)
      const now = means.business.now()
      const id = means.newId('cnr')
      const stamps = { retired_at: null, version: 1, created_at: now, updated_at: now }
      await trx.insert('cancel_reasons', [{ id, brand_id: brand.id, ...columns, ...stamps }])
      const scope = { subject: id, brandId: brand.id }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'cancel_reason.create', after: columns }])
      return id
    }),
)

/** Changes a reason as a whole. What was offered before stays as it was offered. */
export const changeCancelReason = defineVerb(
  {
    permission: 'cancel_reason.change',
    audience: ['staff'],
    input: Type.Object({
      reason_id: Type.String({ maxLength: 64 }),
      version: Type.Optional(Type.Integer({ minimum: 1 })),
      ...Fields,
    }),
  },
  (means: Means, { reason_id, version, ...fields }, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachReason(trx, actor, reason_id)
      if (version !== undefined && version !== row.version)
        throw ChangedMeanwhile({ what: 'cancel_reason', id: row.id })
      await write(means, trx, { row, set: await columnsOf(trx, row.brand_id, fields), act: 'change' }, actor)
    }),
)

/** Asks for it no more. Cancellations that gave it keep it. */
export const retireCancelReason = defineVerb(
  {
    permission: 'cancel_reason.retire',
    audience: ['staff'],
    input: Type.Object({ reason_id: Type.String({ maxLength: 64 }) }),
  },
  (means: Means, { reason_id }, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachReason(trx, actor, reason_id)
      if (row.retired_at !== null) return
      await write(means, trx, { row, set: { retired_at: means.business.now() }, act: 'retire' }, actor)
    }),
)

const reachReason = (trx: Trx, actor: Actor, id: string): Promise<CancelReasonRow> =>
  findRow(trx, actor, { table: 'cancel_reasons', what: 'cancel_reason', id, scope: { client: null } })

async function write(
  means: Means,
  trx: Trx,
  { row, set, act }: { row: CancelReasonRow; set: Partial<CancelReasonRow>; act: string },
  actor: Actor,
): Promise<void> {
  await updateVersioned(means, trx, { table: 'cancel_reasons', what: 'cancel_reason', row, set })
  const before = Object.fromEntries(
    Object.keys(set).map((column) => [column, row[column as keyof typeof set]]),
  )
  const scope = { subject: row.id, brandId: row.brand_id }
  await recordAudit(means, trx, actor, [{ ...scope, action: `cancel_reason.${act}`, before, after: set }])
}

async function columnsOf(trx: Trx, brandId: string, fields: Static<typeof Reason>) {
  const { name, position = 0, product_ids = [], asks_note = false } = fields
  await demandProducts(trx, brandId, product_ids)
  const product_list = JSON.stringify(product_ids)
  return { name, position, product_ids: product_list, asks_note: asks_note ? 1 : 0, ...offerOf(fields) }
}

async function demandProducts(trx: Trx, brandId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const found = await trx.all<{ id: string }>(
    sql`select id from products where brand_id = ${brandId} and id in (${list(ids)})`,
  )
  const unknown = ids.find((id) => !found.some((row) => row.id === id))
  if (unknown !== undefined)
    throw invalidInput({ product_ids: `there is no product "${unknown}" in this shop` })
}

const NO_OFFER: OfferColumns = {
  ...{ offer: null, offer_text: null, percent_ppm: null, amount_minor: null },
  ...{ currency: null, renewals: null, label: null },
}

/** Only a discount has a worth, and it has one. */
function offerOf(fields: Static<typeof Reason>): OfferColumns {
  const { offer = null, offer_text = null } = fields
  if (offer !== 'discount') return { ...NO_OFFER, offer, offer_text: offer === null ? null : offer_text }
  const { percent = '', amount = '', currency = '', renewals = null, label = '' } = fields
  if (renewals === null) throw invalidInput({ renewals: 'is missing' })
  if (label === '') throw invalidInput({ label: 'is missing' })
  if ((percent === '') === (amount === ''))
    throw invalidInput({ percent: 'or a sum must be named, and not both' })
  const common = { ...NO_OFFER, offer, offer_text, renewals, label }
  if (percent !== '') {
    const percent_ppm = readPercent(percent)
    if (percent_ppm === null || percent_ppm < 1 || percent_ppm > 1_000_000)
      throw invalidInput({ percent: 'must be above 0 and at most 100' })
    return { ...common, percent_ppm }
  }
  const amount_minor = readAmount(amount, currency)
  if (typeof amount_minor !== 'bigint') throw invalidInput({ amount: amount_minor.problem })
  if (amount_minor === 0n) throw invalidInput({ amount: 'must be above 0' })
  return { ...common, amount_minor, currency }
}
