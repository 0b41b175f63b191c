import { documentParties, documentStyle, type DocumentMeans, type FrozenLayout } from '../../billing/index.ts'
import { sql } from '../../db/index.ts'
import { addFile } from '../../files/index.ts'
import type { JobHandlers } from '../../jobs/index.ts'
import { assert } from '../../kernel/index.ts'
import { enterMail } from '../../mail/index.ts'
import { renderInvoicePdf, url } from '../../render/index.ts'
import { toVersion, type QuoteRow, type QuoteVersion, type QuoteVersionRow } from './quote.ts'
import { keyPlace } from './write-quote.ts'

export interface QuoteJob {
  version_id: string
  /** Not empty: asked for once more. */
  again: string
}

export const quoteJobs = (means: DocumentMeans): JobHandlers => ({
  'orders.quote_document': (job: QuoteJob) => sendDocument(means, job),
})

/** Renders the version once, keeps its bytes, and sends it with the link that opens its page. */
async function sendDocument(means: DocumentMeans, job: QuoteJob): Promise<void> {
  const { quote, version } = await readVersion(means, job.version_id)
  const fileId = await keepQuote(means, quote, version)
  const client = await means.db.get<{ name: string; email: string }>(
    sql`select name, email from clients where id = ${quote.client_id}`,
  )
  assert(client, `client ${quote.client_id} exists`)
  await means.db.transaction((trx) =>
    enterMail(means, trx, {
      template: 'quote-sent',
      to: { address: client.email, name: client.name },
      ...{ client_id: quote.client_id, brand_id: quote.brand_id, subject_of: quote.id },
      locale: version.locale,
      key: `${version.id}/sent/${job.again}`,
      data: {
        url: quoteHref(means, quote),
        number: quote.number!,
        title: version.content.title,
        amount: { minor: version.total_minor.toString(), currency: quote.currency },
        expires_on: version.expires_on,
      },
      attachments: [{ file_id: fileId, name: quoteFileName(quote, version) }],
    }),
  )
}

/** The page of the quote, for whoever holds this address. */
export function quoteHref(means: Pick<DocumentMeans, 'keys'>, quote: QuoteRow): string {
  const key = means.keys.open(quote.key_sealed, keyPlace(quote.id))
  return url(`/quotes/${quote.id}`, { key })
}

export const quoteFileName = (quote: { number: string | null; id: string }, version: { number: number }) =>
  version.number === 1
    ? `${quote.number ?? quote.id}.pdf`
    : `${quote.number ?? quote.id}-v${version.number}.pdf`

/** The id of the kept PDF of a version that was sent. */
export async function keepQuote(
  means: DocumentMeans,
  quote: QuoteRow,
  version: QuoteVersion,
): Promise<string> {
  if (version.file_id) return version.file_id
  assert(version.sent_on !== null, 'only what was sent is printed')
  const { t, document } = printed(means, quote, { ...version, sent_on: version.sent_on })
  const onMissing = (characters: string) =>
    means.log.warn({ quote: quote.id, characters }, 'no font has these characters')
  const seller = JSON.parse(version.seller) as { layout?: FrozenLayout }
  const style = await documentStyle(means.files, seller, version.locale)
  const bytes = await renderInvoicePdf(document, { t, onMissing, style })
  const file = {
    ...{ id: means.newId('fil'), sha256: await means.files.keep(bytes), media_type: 'application/pdf' },
    ...{ bytes: bytes.length, file_name: quoteFileName(quote, version), created_at: means.clock.now() },
  }
  return means.db.transaction(async (trx) => {
    const id = await addFile(trx, file)
    await trx.run(sql`update quote_versions set file_id = ${id} where id = ${version.id} and file_id is null`)
    const row = await trx.get<{ file_id: string }>(
      sql`select file_id from quote_versions where id = ${version.id}`,
    )
    return row!.file_id
  })
}

type SentVersion = QuoteVersion & { sent_on: NonNullable<QuoteVersion['sent_on']> }

function printed(means: DocumentMeans, quote: QuoteRow, version: SentVersion) {
  const t = means.translator(version.locale)
  const suffix = version.number === 1 ? '' : ` (${t('offers.quote.version', { number: version.number })})`
  const document = {
    ...{ kind: 'quote' as const, number: `${quote.number}${suffix}`, currency: quote.currency },
    ...{ issuedOn: version.sent_on, dueOn: version.expires_on, ...documentParties(version, version.locale) },
    lines: version.lines.map((line) => ({
      ...{ description: line.description, quantity: line.quantity, taxRatePpm: line.taxRatePpm },
      ...{ unitMinor: BigInt(line.unitMinor), amountMinor: BigInt(line.amountMinor) },
      ...{ netMinor: BigInt(line.netMinor), taxMinor: BigInt(line.taxMinor) },
    })),
    taxes: version.taxes.map((tax) => ({
      ...{ name: tax.tax_name, ratePpm: tax.rate_ppm, level: tax.level },
      ...{ netMinor: BigInt(tax.netMinor), taxMinor: BigInt(tax.taxMinor) },
    })),
    ...{
      subtotalMinor: version.subtotal_minor,
      taxMinor: version.tax_minor,
      totalMinor: version.total_minor,
    },
    ...(version.content.intro ? { notes: version.content.intro } : {}),
    ...{ locale: version.locale, pricesIncludeTax: version.prices_include_tax === 1 },
    payUrl: means.publicUrl + quoteHref(means, quote),
  }
  return { t, document }
}

async function readVersion(
  means: DocumentMeans,
  id: string,
): Promise<{ quote: QuoteRow; version: QuoteVersion }> {
  const version = await means.db.get<QuoteVersionRow>(sql`select * from quote_versions where id = ${id}`)
  assert(version, `version ${id} exists`)
  const quote = await means.db.get<QuoteRow>(sql`select * from quotes where id = ${version.quote_id}`)
  assert(quote, `quote ${version.quote_id} exists`)
  return { quote, version: toVersion(version) }
}
