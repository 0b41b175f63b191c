import { Type } from '../../../sdk/index.ts'
import { takeNumbers } from '../../billing/index.ts'
import { findBrand } from '../../brands/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../../records/index.ts'
import type { QuoteContent } from './quote-content.ts'
import { quoteLifecycle } from './quote-lifecycle.ts'
import { newestVersion, versionHash, type QuoteRow, type QuoteVersionRow } from './quote.ts'
import { findDraft, noteTotal, repriced } from './write-quote.ts'

const QuoteOnly = Type.Object({ quote_id: Type.String({ maxLength: 64 }) }, { additionalProperties: false })

/** Freezes the draft as priced today and hands it to the client: PDF and mail follow the commit. */
export const sendQuote = defineVerb(
  { permission: 'quote.send', asks: ['quote.send:check'], audience: ['staff'], input: QuoteOnly },
  (means: Means, input, actor): Promise<{ number: string }> =>
    means.db.transaction(async (trx) => {
      const draft = await findDraft(trx, actor, input.quote_id)
      const content = JSON.parse((await newestVersion(trx, draft.id)).content) as QuoteContent
      const version = await repriced(means, trx, draft, content)
      await noteTotal(means, trx, draft, version)
      const row = { ...draft, version: draft.version + 1, total_minor: version.total_minor }
      const number = row.number ?? (await numberOf(means, trx, row))
      await freeze(means, trx, { row: { ...row, number }, version })
      const change = {
        set: { number, order_id: null, answer: '{}' },
        body: { number, version: version.number },
      }
      await applyTransition(means, trx, { lifecycle: quoteLifecycle, row, name: 'send', actor, change })
      await enterDocument(means, trx, version)
      return { number }
    }),
)

/** Takes the quote back for a change: what was sent stays as it is, the next version begins as its copy. */
export const reviseQuote = defineVerb(
  { permission: 'quote.revise', asks: ['quote.revise:check'], audience: ['staff'], input: QuoteOnly },
  (means: Means, input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findRow<QuoteRow>(trx, actor, { table: 'quotes', what: 'quote', id: input.quote_id })
      const change = { set: { answered_at: null, answered_by: null } }
      await applyTransition(means, trx, { lifecycle: quoteLifecycle, row, name: 'revise', actor, change })
      const last = await newestVersion(trx, row.id)
      const now = means.business.now()
      const fresh = { sent_on: null, sent_at: null, document_hash: null, file_id: null }
      const version = { ...last, ...fresh, id: means.newId('quv'), number: last.number + 1 }
      await trx.insert('quote_versions', [{ ...version, created_at: now, updated_at: now }])
    }),
)

/** Takes the offer away: it can no longer be accepted. */
export const withdrawQuote = defineVerb(
  {
    permission: 'quote.withdraw',
    asks: ['quote.withdraw:check'],
    audience: ['staff'],
    input: Type.Object({ quote_id: Type.String(), reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  (means: Means, { quote_id, reason }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findRow<QuoteRow>(trx, actor, { table: 'quotes', what: 'quote', id: quote_id })
      const change = { reason, body: { number: row.number } }
      await applyTransition(means, trx, { lifecycle: quoteLifecycle, row, name: 'withdraw', actor, change })
    }),
)

/** The mail once more, with the same document and the same link. */
export const resendQuote = defineVerb(
  {
    permission: 'quote.resend',
    asksNobody: 'it is a mail, which plugins shape',
    audience: ['staff'],
    input: QuoteOnly,
  },
  (means: Means, input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findRow<QuoteRow>(trx, actor, { table: 'quotes', what: 'quote', id: input.quote_id })
      const sent = await trx.get<QuoteVersionRow>(
        sql`select * from quote_versions where quote_id = ${row.id} and sent_at is not null order by number desc limit 1`,
      )
      if (sent && row.status === 'sent') await enterDocument(means, trx, sent, means.newId('req'))
    }),
)

/** Quotes have numbers of their own, by brand and year, without gaps. */
async function numberOf(means: Means, trx: Trx, row: QuoteRow): Promise<string> {
  const brand = await findBrand(trx, row.brand_id)
  const series = { sellerId: brand.seller_id, brandId: brand.id, kind: 'quote' as const }
  const {
    numbers: [number],
  } = await takeNumbers(means.newId, trx, { ...series, issuedOn: means.business.today(brand.zone) }, 1)
  return number!
}

async function freeze(
  means: Means,
  trx: Trx,
  { row, version }: { row: QuoteRow; version: QuoteVersionRow },
): Promise<void> {
  const brand = await findBrand(trx, row.brand_id)
  const now = means.business.now()
  await trx.run(sql`
    update quote_versions set sent_at = ${now}, sent_on = ${means.business.today(brand.zone)},
      document_hash = ${versionHash(row, version)}, updated_at = ${now}
    where id = ${version.id} and sent_at is null`)
}

/** The job renders the PDF once and sends it; asked for again it sends the same file. */
function enterDocument(means: Means, trx: Trx, version: { id: string }, again = ''): Promise<void> {
  const key = `quote/${version.id}/${again}`
  return means.jobs.enqueue(trx, [
    { task: 'orders.quote_document', payload: { version_id: version.id, again }, key },
  ])
}
