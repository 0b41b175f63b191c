import { isCurrency, Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import { addDays, invalidInput, isoDate, type Actor, type IsoDate } from '../../kernel/index.ts'
import { enterMail } from '../../mail/index.ts'
import {
  defineSetting,
  defineVerb,
  demandCheck,
  findRow,
  readSetting,
  type Means,
} from '../../records/index.ts'
import { account } from '../ledger.ts'
import { todayOf } from '../settle-invoice.ts'
import { issueAsking } from './gift-card-asking.ts'
import { endOf, getGiftCard, giftCardLifecycle, hashCode, newCode, type GiftCardRow } from './gift-card.ts'
import { moveGiftCard } from './move-gift-card.ts'
import { GiftCardSpent } from './errors.ts'

export const giftCardDays = defineSetting({
  key: 'billing.gift_card_days',
  /** 0: they never expire. */
  schema: Type.Integer({ minimum: 0, maximum: 36_500 }),
  preset: 1_095,
  scopes: ['installation', 'brand'],
})

export interface IssuedCard {
  id: string
  /** Shown now and never again: only its hash is kept. */
  code: string
}

/** Staff give a card away. It is an expense and a liability at once. */
export const issueGiftCard = defineVerb(
  {
    permission: 'gift_card.issue',
    asks: ['gift_card.issue:check'],
    audience: ['staff'],
    input: Type.Object(
      {
        brand_id: Type.String({ maxLength: 64 }),
        currency: Type.String({ pattern: '^[A-Z]{3}$' }),
        amount_minor: Type.String({ pattern: '^\\d{1,15}$' }),
        /** Absent: by the setting of the brand. */
        expires_on: Type.Optional(Type.String({ format: 'date' })),
        note: Type.Optional(Type.String({ maxLength: 500 })),
        /** Gets the code by mail. */
        email: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
      },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor): Promise<IssuedCard> =>
    means.db.transaction(async (trx) => {
      const scope = { client: null, brand: 'id' }
      const brand = await findRow<{ id: string; currencies: string; locale: string }>(trx, actor, {
        ...{ table: 'brands', what: 'brand', id: input.brand_id, scope },
      })
      const { currency } = input
      if (!isCurrency(currency) || !(JSON.parse(brand.currencies) as string[]).includes(currency))
        throw invalidInput({ currency: 'is not a currency of this brand' })
      const amountMinor = BigInt(input.amount_minor)
      if (amountMinor === 0n) throw invalidInput({ amount_minor: 'must be above 0' })
      const expiresOn = input.expires_on === undefined ? undefined : isoDate(input.expires_on)
      if (expiresOn !== undefined && expiresOn < (await todayOf(means, trx, brand.id)))
        throw invalidInput({ expires_on: 'is over' })
      demandCheck(means, trx, actor, issueAsking(brand.id, input))
      const card = await addCard(means, trx, {
        ...{ brandId: brand.id, currency, amountMinor, origin: 'issued', note: input.note ?? null },
        ...(expiresOn === undefined ? {} : { expiresOn }),
      })
      const { row } = card
      await moveGiftCard(means, trx, {
        ...{ card: row, kind: 'issued', amountMinor },
        postings: [
          { account: account.giftCardGrants, amountMinor },
          { account: account.giftCards, amountMinor: -amountMinor },
        ],
      })
      await noteIssued(means, trx, row, actor)
      const { email } = input
      if (email !== undefined)
        await sendCode(means, trx, { card, to: { address: email, name: '' }, locale: brand.locale })
      return { id: row.id, code: card.code }
    }),
)

/** A card whose code was lost gets another one; the old one opens nothing any more. */
export const replaceGiftCardCode = defineVerb(
  {
    permission: 'gift_card.replace_code',
    asksNobody: 'the card stays what it is worth, under another code',
    audience: ['staff'],
    input: Type.Object({ id: Type.String() }),
  },
  (means: Means, { id }, actor): Promise<IssuedCard> =>
    means.db.transaction(async (trx) => {
      const row = await getGiftCard(trx, actor, id)
      if (row.status !== 'active' || row.balance_minor === 0n) throw GiftCardSpent({ end: row.code_end })
      const code = newCode()
      await trx.run(sql`
        update gift_cards set code_hash = ${hashCode(code)}, code_end = ${endOf(code)}, version = version + 1 where id = ${id}`)
      const change = { before: { code_end: row.code_end }, after: { code_end: endOf(code) } }
      const scope = { subject: id, brandId: row.brand_id }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'gift_card.replace_code', ...change }])
      return { id, code }
    }),
)

export interface NewCard {
  brandId: string
  currency: string
  amountMinor: bigint
  origin: GiftCardRow['origin']
  /** Absent: by the setting of the brand. */
  expiresOn?: IsoDate
  note?: string | null
  bought?: Pick<GiftCardRow, 'client_id' | 'invoice_id' | 'line_id' | 'piece'>
}

export interface NewlyMade {
  row: GiftCardRow
  code: string
}

/** The row of a new card and its code, which nobody can read again. */
export async function addCard(means: Means, trx: Trx, card: NewCard): Promise<NewlyMade> {
  const { brandId, currency, amountMinor, origin, note = null } = card
  const code = newCode()
  const now = means.business.now()
  const row: GiftCardRow = {
    ...{
      id: means.newId('gft'),
      brand_id: brandId,
      currency,
      code_hash: hashCode(code),
      code_end: endOf(code),
    },
    ...{ status: giftCardLifecycle.initial, origin, initial_minor: amountMinor, balance_minor: amountMinor },
    expires_on: card.expiresOn ?? (await presetExpiry(means, trx, brandId)),
    ...{ client_id: null, invoice_id: null, line_id: null, piece: null, ...card.bought },
    ...{ note, version: 1, created_at: now, updated_at: now },
  }
  await trx.insert('gift_cards', [row])
  return { row, code }
}

async function presetExpiry(means: Means, trx: Trx, brandId: string): Promise<IsoDate | null> {
  const days = await readSetting(trx, giftCardDays, { brand: brandId })
  return days === 0 ? null : addDays(await todayOf(means, trx, brandId), days)
}

export async function noteIssued(means: Means, trx: Trx, row: GiftCardRow, actor: Actor): Promise<void> {
  const amount = { minor: row.initial_minor.toString(), currency: row.currency }
  const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
  await recordAudit(means, trx, actor, [
    { ...scope, action: 'gift_card.issue', after: { amount, origin: row.origin } },
  ])
  await recordEvent(means, trx, actor, {
    ...{ ...scope, type: 'gift_card.issued' },
    body: { id: row.id, amount, origin: row.origin, expires_on: row.expires_on },
  })
}

/** The code travels in a mail that the log does not show. */
export function sendCode(
  means: Means,
  trx: Trx,
  { card, to, locale }: { card: NewlyMade; to: { address: string; name: string }; locale: string },
): Promise<void> {
  const { row, code } = card
  return enterMail(means, trx, {
    ...{
      template: 'gift-card',
      to,
      locale,
      brand_id: row.brand_id,
      client_id: row.client_id,
      subject_of: row.id,
    },
    key: `${row.id}/issued`,
    data: {
      ...{ url: '/portal/credit/gift-card', code, expires_on: row.expires_on },
      amount: { minor: row.initial_minor.toString(), currency: row.currency },
    },
  })
}
