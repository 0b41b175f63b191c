import { sql, type Queries, type Sql, type Trx } from '../db/index.ts'
import { assert, type IdMaker, type Instant, type IsoDate } from '../kernel/index.ts'
import { MonthClosed } from './errors.ts'

/**
 * Accounts by name; a part after ":" splits one by kind, rate or gateway instance. Sign: debit is positive, credit is
 * negative. What a client owes is receivable > 0; what we owe a client is client_credit < 0.
 */
export const account = {
  receivable: 'receivable',
  clientCredit: 'client_credit',
  revenue: (kind: string) => `revenue:${kind}`,
  /** Invoiced for days after the end of a closed month. */
  deferred: (kind: string) => `deferred:${kind}`,
  tax: (name: string) => `tax:${name}`,
  gateway: (instanceId: string) => `gateway_clearing:${instanceId}`,
  gatewayFees: (instanceId: string) => `gateway_fees:${instanceId}`,
  /** Paid out by a gateway, not at our bank yet. */
  inTransit: (instanceId: string) => `payouts_in_transit:${instanceId}`,
  /** What gateways have paid out to our bank. */
  bank: 'bank',
  /** Moved at a gateway for nothing that we know. */
  unmatched: (instanceId: string) => `gateway_unmatched:${instanceId}`,
  /** What gateways changed from one currency into another: in credit in the one, in debit in the other. */
  exchange: 'exchange',
  refunds: 'refunds',
  /** What is left on gift cards: owed to whoever holds their codes. */
  giftCards: 'gift_cards',
  /** Cards that were given and not sold: an expense. */
  giftCardGrants: 'gift_card_grants',
  /** Taken out of a client's credit for a refund that is not sent yet. */
  refundsDue: 'refunds_due',
  disputes: 'disputes',
  writeOffs: 'write_offs',
  /** Credit that we gave without being paid for it: an expense. */
  promotions: 'promotions',
  rounding: 'rounding',
} as const

export interface Posting {
  account: string
  currency: string
  /** Debit positive, credit negative. */
  amountMinor: bigint
  clientId?: string | null
}

export interface Journal {
  /** "invoice_issued", "payment_succeeded", …: with the source it makes the journal happen once. */
  kind: string
  sourceId: string
  brandId: string
  effectiveOn: IsoDate
  reversesId?: string
  postings: readonly Posting[]
}

export interface LedgerMeans {
  newId: IdMaker
  business: { now(): Instant }
}

/** Writes balanced journals: postings first, journals last, so that the database can refuse an unbalanced one. */
export async function postJournals(
  means: LedgerMeans,
  trx: Trx,
  journals: readonly Journal[],
): Promise<string[]> {
  const now = means.business.now()
  const ids = journals.map(() => means.newId('jrn') as string)
  const postings = journals.flatMap((journal, i) => rowsOf(journal, ids[i]!))
  await trx.insert('postings', postings)
  const rows = journals.map((journal, i) => ({
    id: ids[i]!,
    brand_id: journal.brandId,
    kind: journal.kind,
    source_id: journal.sourceId,
    currency: journal.postings[0]!.currency,
    effective_on: journal.effectiveOn,
    reverses_id: journal.reversesId ?? null,
    created_at: now,
  }))
  try {
    await trx.insert('journals', rows)
  } catch (error) {
    throw isOfClosedMonth(error) ? MonthClosed({ days: daysOf(journals) }, error) : error
  }
  return ids
}

/** The database itself holds the line: see the trigger "journals_month_closed". */
const isOfClosedMonth = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('journals_month_closed')

const daysOf = (journals: readonly Journal[]): string =>
  [...new Set(journals.map((journal) => journal.effectiveOn))].sort().join(', ')

export async function postJournal(means: LedgerMeans, trx: Trx, journal: Journal): Promise<string> {
  const [id] = await postJournals(means, trx, [journal])
  return id!
}

/** The mirror of a journal: how the ledger is corrected. */
export async function reversalOf(
  queries: Queries,
  journalId: string,
  head: Omit<Journal, 'postings' | 'reversesId'>,
): Promise<Journal> {
  const rows = await queries.all<{
    account: string
    currency: string
    client_id: string | null
    amount_minor: bigint
  }>(sql`
    select account, currency, client_id, amount_minor from postings where journal_id = ${journalId} order by position`)
  const postings = rows.map((row) => ({
    account: row.account,
    currency: row.currency,
    clientId: row.client_id,
    amountMinor: -row.amount_minor,
  }))
  return { ...head, reversesId: journalId, postings }
}

/** Account credit that a client holds: positive when we owe. */
export async function creditBalance(queries: Queries, clientId: string, currency: string): Promise<bigint> {
  const row = await queries.get<{ balance_minor: bigint }>(balanceOf(clientId, currency))
  return row!.balance_minor
}

/** The same as the one row of a select, to be read with more. */
export const balanceOf = (clientId: string, currency: string): Sql => sql`
  select -coalesce(sum(amount_minor), 0) as balance_minor from postings
  where client_id = ${clientId} and account = ${account.clientCredit} and currency = ${currency}`

function rowsOf(journal: Journal, id: string) {
  const kept = journal.postings.filter((posting) => posting.amountMinor !== 0n)
  const total = kept.reduce((sum, posting) => sum + posting.amountMinor, 0n)
  assert(total === 0n, `journal ${journal.kind} of ${journal.sourceId} sums to ${total}`)
  return kept.map((posting, i) => ({
    journal_id: id,
    position: i + 1,
    brand_id: journal.brandId,
    client_id: posting.clientId ?? null,
    account: posting.account,
    currency: posting.currency,
    amount_minor: posting.amountMinor,
  }))
}
