import { regionName, type Translate } from '../../i18n/index.ts'
import { addFile, type StoredFile } from '../../files/index.ts'
import { sql } from '../../db/index.ts'
import { assert, systemActor } from '../../kernel/index.ts'
import { enterMail } from '../../mail/index.ts'
import { renderInvoicePdf, type InvoiceDocument } from '../../render/index.ts'
import type { Means } from '../../records/index.ts'
import { embeddedXml } from '../e-invoice/read-e-invoice.ts'
import { enterLetter } from '../letters/enter-letter.ts'
import { lineText } from './line-text.ts'
import { getInvoice, type Invoice } from '../invoice.ts'
import { documentStyle, type FrozenLayout } from '../layout/document-layout.ts'
import { taxStatements } from '../tax-notes.ts'

/** What printing needs besides the means: the words of a language. */
export interface DocumentMeans extends Means {
  readonly translator: (locale: string) => Translate
}

const actor = systemActor('documents')

/**
 * The job "billing.document": renders the PDF once, keeps its bytes by their hash, and sends the invoice with it. A
 * document that has its file is never rendered again, so what the client got is what we hold. Whoever wants paper gets a
 * letter besides.
 */
export async function issueDocument(means: DocumentMeans, job: { invoice_id: string }): Promise<void> {
  const invoice = await getInvoice(means.db, job.invoice_id, actor)
  const fileId = await keepDocument(means, invoice)
  await enterLetter(means, invoice)
  if (invoice.kind === 'receipt') await sendPaper(means, invoice, { template: 'deposit-received', fileId })
  else if (invoice.proforma === 1) await sendPaper(means, invoice, { template: 'proforma-issued', fileId })
  else if (invoice.kind === 'invoice') await sendInvoice(means, invoice, fileId)
}

/** The id of the stored PDF; renders it when there is none yet. */
export async function keepDocument(means: DocumentMeans, invoice: Invoice): Promise<string> {
  if (invoice.file_id) return invoice.file_id
  const xml = await embeddedXml(means.db, invoice)
  const { document, options } = await printable(means, invoice)
  const bytes = await renderInvoicePdf(document, { ...options, ...(xml === null ? {} : { facturX: xml }) })
  const file: StoredFile = {
    id: means.newId('fil'),
    sha256: await means.files.keep(bytes),
    media_type: 'application/pdf',
    bytes: bytes.length,
    file_name: fileName(invoice),
    created_at: means.clock.now(),
  }
  return means.db.transaction(async (trx) => {
    const id = await addFile(trx, file)
    await trx.run(sql`update invoices set file_id = ${id} where id = ${invoice.id} and file_id is null`)
    const row = await trx.get<{ file_id: string }>(sql`select file_id from invoices where id = ${invoice.id}`)
    return row!.file_id
  })
}

/** The document as it was frozen, and how it is drawn. */
export async function printable(means: DocumentMeans, invoice: Invoice) {
  const seller = JSON.parse(invoice.seller) as FrozenSeller
  const options = {
    t: means.translator(invoice.locale),
    style: await documentStyle(means.files, seller, invoice.locale),
    onMissing: (characters: string) =>
      means.log.warn({ invoice: invoice.id, characters }, 'no font has these characters'),
  }
  return { document: await documentOf(means, invoice), options }
}

export const fileName = (invoice: { number: string | null; id: string }): string =>
  `${invoice.number ?? invoice.id}.pdf`

/** The invoice of a proforma is issued when its money is there. */
const becamePaid = (invoice: Invoice): boolean => invoice.proforma === 0 && invoice.proforma_number !== null

interface Receiver {
  name: string
  email: string
  locale: string
}

async function receiverOf(means: DocumentMeans, { client_id }: Invoice): Promise<Receiver> {
  const client = await means.db.get<Receiver>(
    sql`select name, email, locale from clients where id = ${client_id}`,
  )
  assert(client, `client ${client_id} exists`)
  return client
}

/** A proforma or a receipt with its paper. */
async function sendPaper(
  means: DocumentMeans,
  invoice: Invoice,
  { template, fileId }: { template: 'proforma-issued' | 'deposit-received'; fileId: string },
): Promise<void> {
  const client = await receiverOf(means, invoice)
  const amount = { minor: invoice.total_minor.toString(), currency: invoice.currency }
  await means.db.transaction((trx) =>
    enterMail(means, trx, {
      template,
      to: { address: client.email, name: client.name },
      ...{ client_id: invoice.client_id, brand_id: invoice.brand_id, subject_of: invoice.id },
      locale: client.locale,
      key: `${invoice.id}/${template}`,
      data: {
        ...{ number: invoice.number!, amount, due_on: invoice.due_on },
        url: `/portal/invoices/${invoice.id}`,
      },
      attachments: [{ file_id: fileId, name: fileName(invoice) }],
    }),
  )
}

async function sendInvoice(means: DocumentMeans, invoice: Invoice, fileId: string): Promise<void> {
  const client = await receiverOf(means, invoice)
  const amount = { minor: invoice.total_minor.toString(), currency: invoice.currency }
  await means.db.transaction((trx) =>
    enterMail(means, trx, {
      template: 'invoice-issued',
      to: { address: client.email, name: client.name },
      client_id: invoice.client_id,
      brand_id: invoice.brand_id,
      subject_of: invoice.id,
      locale: client.locale,
      key: `${invoice.id}/issued`,
      data: {
        number: invoice.number!,
        amount,
        due_on: invoice.due_on,
        ...(becamePaid(invoice) ? { paid: true } : {}),
        taxes: invoice.taxes
          .filter((tax) => tax.tax_minor !== 0n)
          .map((tax) => ({
            name: tax.tax_name,
            amount: { minor: tax.tax_minor.toString(), currency: invoice.currency },
          })),
        url: `/portal/invoices/${invoice.id}`,
      },
      attachments: [{ file_id: fileId, name: fileName(invoice) }],
    }),
  )
}

interface FrozenSeller {
  name: string
  address: { lines?: string[]; postcode?: string; city?: string }
  country: string
  tax_id: string | null
  email: string
  legal_text: string | null
  layout?: FrozenLayout
}

interface FrozenBuyer {
  name: string
  company: string | null
  address_1: string
  address_2: string | null
  city: string
  region: string | null
  postcode: string
  country: string
  tax_id: string | null
}

/** The document as its frozen columns say it, whatever has become of seller and buyer since. */
async function documentOf(means: DocumentMeans, invoice: Invoice): Promise<InvoiceDocument> {
  const corrected = invoice.corrects_id
    ? await means.db.get<{ number: string }>(
        sql`select number from invoices where id = ${invoice.corrects_id}`,
      )
    : undefined
  return {
    number: invoice.number!,
    kind: invoice.proforma === 1 ? 'proforma' : invoice.kind,
    ...(becamePaid(invoice) ? { paid: true } : {}),
    currency: invoice.currency,
    issuedOn: invoice.issued_on!,
    dueOn: invoice.due_on,
    ...(corrected ? { corrects: corrected.number } : {}),
    ...documentParties(invoice, invoice.locale),
    lines: invoice.lines.map((line) => ({
      description: lineText(means.translator(invoice.locale), line),
      periodStart: line.period_start as InvoiceDocument['issuedOn'] | null,
      periodEnd: line.period_end as InvoiceDocument['issuedOn'] | null,
      quantity: line.quantity,
      unitMinor: line.unit_minor,
      amountMinor: line.amount_minor,
      taxRatePpm: line.tax_rate_ppm,
      netMinor: line.net_minor,
      taxMinor: line.tax_minor,
    })),
    taxes: invoice.taxes.map((tax) => ({
      name: tax.tax_name,
      ratePpm: tax.rate_ppm,
      level: tax.level,
      netMinor: tax.net_minor,
      taxMinor: tax.tax_minor,
    })),
    subtotalMinor: invoice.subtotal_minor,
    taxMinor: invoice.tax_minor,
    totalMinor: invoice.total_minor,
    ...(invoice.notes ? { notes: invoice.notes } : {}),
    statements: taxStatements(invoice, means.translator(invoice.locale), invoice.locale),
    locale: invoice.locale,
    pricesIncludeTax: invoice.prices_include_tax === 1,
    ...(invoice.kind === 'invoice' && !becamePaid(invoice)
      ? { payUrl: `${means.publicUrl}/portal/invoices/${invoice.id}` }
      : {}),
  }
}

/** Who sells and who buys, as a document prints what was frozen of them. */
export function documentParties(
  frozen: { seller: string; buyer: string },
  locale: string,
): Pick<InvoiceDocument, 'seller' | 'buyer'> {
  const seller = JSON.parse(frozen.seller) as FrozenSeller
  const buyer = JSON.parse(frozen.buyer) as FrozenBuyer
  return {
    seller: {
      name: seller.name,
      addressLines: sellerLines(seller, locale),
      country: seller.country,
      taxId: seller.tax_id,
      email: seller.email,
      legalText: seller.legal_text,
    },
    buyer: {
      name: buyer.name,
      company: buyer.company,
      addressLines: buyerLines(buyer),
      country: buyer.country,
      taxId: buyer.tax_id,
    },
  }
}

function sellerLines({ address, country }: FrozenSeller, locale: string): string[] {
  const place = `${address.postcode ?? ''} ${address.city ?? ''}`.trim()
  return [...(address.lines ?? []), place, country && regionName(country, locale)].filter(Boolean)
}

function buyerLines(buyer: FrozenBuyer): string[] {
  const place = [buyer.postcode, buyer.city].filter(Boolean).join(' ')
  return [buyer.address_1, buyer.address_2 ?? '', place, buyer.region ?? ''].filter(Boolean)
}
