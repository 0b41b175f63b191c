import { Type } from '../../../sdk/index.ts'
import { buyerJson } from '../../billing/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { invalidInput, isoDate, type Actor, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, findRow, updateVersioned, type Means } from '../../records/index.ts'
import { QuoteNotADraft } from '../errors.ts'
import { hashToken, newToken } from '../tokens.ts'
import { shopFacts } from '../view-cart.ts'
import { freezeQuote } from './freeze-quote.ts'
import { priceQuote, type QuoteFor } from './price-quote.ts'
import { quoteFields, type QuoteContent } from './quote-content.ts'
import { quoteLifecycle } from './quote-lifecycle.ts'
import { newestVersion, type QuoteRow, type QuoteVersionRow } from './quote.ts'

/** Begins a quote for a client. It is priced at once, so that staff see what it comes to. Answers its id. */
export const createQuote = defineVerb(
  {
    permission: 'quote.create',
    asksNobody: 'a draft is nothing yet; sending it is asked about',
    audience: ['staff'],
    input: Type.Object(
      { client_id: Type.String({ maxLength: 64 }), ...quoteFields },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor): Promise<string> =>
    means.db.transaction(async (trx) => {
      const { client_id, ...content } = input
      const scope = { client: 'id' }
      const client = await findRow<{ id: string; brand_id: string; currency: string }>(trx, actor, {
        ...{ table: 'clients', what: 'client', id: client_id, scope },
      })
      const { brand_id, currency } = client
      const row = newRow(means, { client_id, brand_id, currency, content }, actor)
      await trx.insert('quotes', [row])
      const version = await pricedVersion(means, trx, { row, content, number: 1 })
      await trx.insert('quote_versions', [version])
      await noteTotal(means, trx, row, version)
      await audit(means, trx, { row, act: 'create', version }, actor)
      return row.id
    }),
)

/** Says anew what the draft offers. */
export const changeQuote = defineVerb(
  {
    permission: 'quote.change',
    asksNobody: 'a draft is nothing yet; sending it is asked about',
    audience: ['staff'],
    input: Type.Object(
      { quote_id: Type.String({ maxLength: 64 }), version: Type.Optional(Type.Integer()), ...quoteFields },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const { quote_id, version, ...content } = input
      const row = await findDraft(trx, actor, quote_id)
      const at = { ...row, version: version ?? row.version }
      const priced = await repriced(means, trx, row, content)
      await noteTotal(means, trx, at, priced)
      await audit(means, trx, { row, act: 'change', version: priced }, actor)
    }),
)

export async function findDraft(trx: Trx, actor: Actor, id: string): Promise<QuoteRow> {
  const row = await findRow<QuoteRow>(trx, actor, { table: 'quotes', what: 'quote', id })
  if (row.status !== quoteLifecycle.initial) throw QuoteNotADraft({ id, status: row.status })
  return row
}

/** Prices the draft version with this content on this day and writes it. */
export async function repriced(
  means: Means,
  trx: Trx,
  row: QuoteRow,
  content: QuoteContent,
): Promise<QuoteVersionRow> {
  const old = await newestVersion(trx, row.id)
  const {
    id: _id,
    created_at: _made,
    ...columns
  } = await pricedVersion(means, trx, {
    ...{ row, content, number: old.number },
  })
  const { content: text, priced, subtotal_minor, tax_minor, total_minor } = columns
  const { seller, buyer, prices_include_tax, locale, expires_on, updated_at } = columns
  await trx.run(sql`
    update quote_versions set content = ${text}, priced = ${priced}, subtotal_minor = ${subtotal_minor},
      tax_minor = ${tax_minor}, total_minor = ${total_minor}, seller = ${seller}, buyer = ${buyer},
      prices_include_tax = ${prices_include_tax}, locale = ${locale}, expires_on = ${expires_on}, updated_at = ${updated_at}
    where id = ${old.id} and sent_at is null`)
  return { ...old, ...columns, id: old.id }
}

interface NewQuote {
  client_id: string
  brand_id: string
  currency: string
  content: QuoteContent
}

function newRow(means: Means, { client_id, brand_id, currency, content }: NewQuote, actor: Actor): QuoteRow {
  const id = means.newId('quo')
  const key = newToken()
  const now = means.business.now()
  return {
    ...{ id, brand_id, client_id, currency, number: null, status: quoteLifecycle.initial },
    ...{ title: content.title, total_minor: 0n, expires_on: isoDate(content.expires_on) },
    key_hash: hashToken(key),
    key_sealed: means.keys.seal(key, keyPlace(id)),
    ...{ order_id: null, owner_id: actor.id, follow_up_on: null, staff_note: null },
    ...{ answered_at: null, answered_by: null, answer: '{}', version: 1, created_at: now, updated_at: now },
  }
}

export const keyPlace = (id: string) => ({ table: 'quotes', column: 'key_sealed', row: id })

async function pricedVersion(
  means: Means,
  trx: Trx,
  { row, content, number }: { row: QuoteRow; content: QuoteContent; number: number },
) {
  const { zone, today } = await shopFacts(means, trx, row.brand_id)
  const expires_on = expiry(content, today)
  const of: QuoteFor = {
    ...{ id: row.id, brandId: row.brand_id, clientId: row.client_id },
    ...{ currency: row.currency, zone, today },
  }
  const priced = await priceQuote(means, trx, of, content)
  const { plan } = priced
  const now = means.business.now()
  return {
    ...{ id: means.newId('quv') as string, quote_id: row.id, number, content: JSON.stringify(content) },
    ...{ priced: freezeQuote(priced), subtotal_minor: plan.subtotalMinor, tax_minor: plan.taxMinor },
    ...{ total_minor: plan.totalMinor, seller: plan.from.sellerJson, buyer: buyerJson(plan.buyer) },
    ...{ prices_include_tax: plan.from.pricesIncludeTax ? 1 : 0, locale: plan.buyer.locale, expires_on },
    ...{ sent_on: null, sent_at: null, document_hash: null, file_id: null, created_at: now, updated_at: now },
  }
}

function expiry(content: QuoteContent, today: IsoDate): IsoDate {
  const expiresOn = isoDate(content.expires_on)
  if (expiresOn < today) throw invalidInput({ expires_on: 'is over' })
  return expiresOn
}

/** The quote itself tells what its newest version comes to, for lists. */
export async function noteTotal(
  means: Means,
  trx: Trx,
  row: Pick<QuoteRow, 'id' | 'version'>,
  version: Pick<QuoteVersionRow, 'total_minor' | 'expires_on' | 'content'>,
): Promise<void> {
  const { title } = JSON.parse(version.content) as QuoteContent
  const set = { total_minor: version.total_minor, expires_on: version.expires_on, title }
  await updateVersioned(means, trx, { table: 'quotes', what: 'quote', row, set })
}

function audit(
  means: Means,
  trx: Trx,
  of: { row: QuoteRow; act: string; version: { number: number; total_minor: bigint } },
  actor: Actor,
): Promise<void> {
  const { row, act, version } = of
  const after = { version: version.number, total_minor: version.total_minor, currency: row.currency }
  const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
  return recordAudit(means, trx, actor, [{ ...scope, action: `quote.${act}`, after }])
}
