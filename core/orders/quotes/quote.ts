import { hash, timingSafeEqual } from 'node:crypto'
import type { InvoiceTaxRow } from '../../billing/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { assert, NotFound, type Actor, type Instant, type IsoDate } from '../../kernel/index.ts'
import { findRow } from '../../records/index.ts'
import { hashToken } from '../tokens.ts'
import type { QuoteContent } from './quote-content.ts'
import type { quoteLifecycle } from './quote-lifecycle.ts'

export type QuoteStatus = (typeof quoteLifecycle.states)[number]

export interface QuoteRow {
  id: string
  brand_id: string
  client_id: string
  /** From the first time that it is sent. */
  number: string | null
  status: QuoteStatus
  title: string
  currency: string
  /** Of the newest version, with tax. */
  total_minor: bigint
  expires_on: IsoDate
  key_hash: string
  key_sealed: string
  order_id: string | null
  owner_id: string | null
  follow_up_on: IsoDate | null
  staff_note: string | null
  answered_at: Instant | null
  answered_by: string | null
  /** JSON: name, terms and address of who accepted; reason of who declined */
  answer: string
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface QuoteVersionRow {
  id: string
  quote_id: string
  /** Counted from 1. */
  number: number
  /** JSON: QuoteContent, as it was typed */
  content: string
  /** JSON: PricedQuote, with what it costs and why */
  priced: string
  subtotal_minor: bigint
  tax_minor: bigint
  total_minor: bigint
  seller: string
  buyer: string
  prices_include_tax: number
  locale: string
  expires_on: IsoDate
  sent_on: IsoDate | null
  sent_at: Instant | null
  document_hash: string | null
  file_id: string | null
}

/** A line as the document shows it; amounts are minor units as text. */
export interface PrintedLine {
  kind: string
  description: string
  quantity: number
  unitMinor: string
  amountMinor: string
  netMinor: string
  taxMinor: string
  taxRatePpm: number
  cycle: string | null
}

export interface PrintedTax extends Pick<InvoiceTaxRow, 'tax_name' | 'rate_ppm' | 'level'> {
  netMinor: string
  taxMinor: string
}

export interface QuoteVersion extends Omit<QuoteVersionRow, 'content' | 'priced'> {
  content: QuoteContent
  lines: PrintedLine[]
  taxes: PrintedTax[]
}

export interface Quote extends QuoteRow {
  /** Newest first. The first one is a draft while the quote is. */
  versions: QuoteVersion[]
}

/** The quote with its versions when the actor may read it. */
export async function getQuote(queries: Queries, actor: Actor, id: string): Promise<Quote> {
  const scope = { right: 'quote.read' }
  const row = await findRow<QuoteRow>(queries, actor, { table: 'quotes', what: 'quote', id, scope })
  return withVersions(queries, row)
}

/** For whoever holds the link of the mail. A draft shows its last version that was sent. */
export async function getQuoteByKey(
  queries: Queries,
  access: { brandId: string; quoteId: string; key: string },
): Promise<Quote> {
  const row = await queries.get<QuoteRow>(
    sql`select * from quotes where id = ${access.quoteId} and brand_id = ${access.brandId}`,
  )
  if (!row || !opens(row, access.key)) throw NotFound({ what: 'quote', id: access.quoteId })
  return withVersions(queries, row)
}

export function opens(row: Pick<QuoteRow, 'key_hash'>, key: string): boolean {
  return timingSafeEqual(Buffer.from(hashToken(key)), Buffer.from(row.key_hash))
}

export async function withVersions(queries: Queries, row: QuoteRow): Promise<Quote> {
  const versions = await queries.all<QuoteVersionRow>(
    sql`select * from quote_versions where quote_id = ${row.id} order by number desc`,
  )
  return { ...row, versions: versions.map(toVersion) }
}

export function toVersion(row: QuoteVersionRow): QuoteVersion {
  const { lines, taxes } = JSON.parse(row.priced) as Pick<QuoteVersion, 'lines' | 'taxes'>
  return { ...row, content: JSON.parse(row.content) as QuoteContent, lines, taxes }
}

export async function newestVersion(queries: Queries, quoteId: string): Promise<QuoteVersionRow> {
  const row = await queries.get<QuoteVersionRow>(
    sql`select * from quote_versions where quote_id = ${quoteId} order by number desc limit 1`,
  )
  assert(row, `quote ${quoteId} has a version`)
  return row
}

/** What the client sees: the newest version that was sent. Undefined before the first. */
export const sentVersion = (quote: Quote): QuoteVersion | undefined =>
  quote.versions.find(({ sent_at: at }) => at !== null)

/** SHA-256 over what a version says, parties and sums included. */
export function versionHash(
  quote: Pick<QuoteRow, 'number' | 'client_id' | 'currency'>,
  version: Pick<
    QuoteVersionRow,
    | 'number'
    | 'content'
    | 'priced'
    | 'subtotal_minor'
    | 'tax_minor'
    | 'total_minor'
    | 'seller'
    | 'buyer'
    | 'expires_on'
  >,
): string {
  const { number, content, priced, subtotal_minor, tax_minor, total_minor, seller, buyer, expires_on } =
    version
  const parts = [quote.number, quote.client_id, quote.currency, number, content, priced]
  const sums = [subtotal_minor, tax_minor, total_minor, seller, buyer, expires_on]
  return hash('sha256', JSON.stringify([...parts, ...sums].map(String)))
}
