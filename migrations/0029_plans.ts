import { execute, sql, type Trx } from '../core/db/index.ts'

/** By what rows are read: what each engine cannot know by itself about a shop that has grown. */
export async function up(trx: Trx): Promise<void> {
  await (trx.dialect === 'sqlite' ? tellSelectivity(trx) : readByJournal(trx))
}

/**
 * Rows that share the first column of an index, then the first two and so on, of a million rows. Without a word SQLite
 * takes ten rows to share a state, as many as share a client, and read every open invoice to show those of one client.
 */
const SHARED: readonly [table: string, index: string, rows: string][] = [
  ['authorisations', 'ix_authorisations_status', '200000 1000'],
  ['bank_lines', 'ix_bank_lines_status', '200000 1'],
  ['clients', 'ix_clients_brand', '500000 1'],
  ['deliveries', 'ix_deliveries_queue', '200000 1'],
  ['discrepancies', 'ix_discrepancies_status', '200000 1'],
  ['instalment_plans', 'ix_instalment_plans_status', '200000 1'],
  ['invoices', 'ix_invoices_status', '200000 1000'],
  ['journals', 'ix_journals_day', '500000 1000'],
  ['orders', 'ix_orders_status', '500000 100000 1'],
  ['payments', 'ix_payments_status', '200000 1000'],
  ['quotes', 'ix_quotes_status', '200000 1000'],
  ['webhook_events', 'ix_webhook_events_status', '200000 1'],
]

async function tellSelectivity(trx: Trx): Promise<void> {
  // Makes the table of statistics, and the second time reads it.
  await execute(trx, 'analyze sqlite_schema')
  for (const [table, index, rows] of SHARED)
    await trx.run(
      sql`insert into sqlite_stat1 (tbl, idx, stat) values (${table}, ${index}, ${`1000000 ${rows}`})`,
    )
  await execute(trx, 'analyze sqlite_schema')
}

/**
 * PostgreSQL keeps the plan of a trigger for as long as its connection. Made for the many journals of a billing run, it
 * read the whole ledger, and so did every single payment that the same connection booked afterwards. Asked journal by
 * journal, and with no table to be read whole, only the index on the journal is left to read by.
 */
async function readByJournal(trx: Trx): Promise<void> {
  await execute(
    trx,
    `create or replace function refuse_unbalanced() returns trigger language plpgsql set enable_seqscan = off as $$ begin
    if exists (select 1 from new_rows n, lateral (
        select count(*) = 0 or sum(p.amount_minor) <> 0 or bool_or(p.currency <> n.currency) as wrong
        from postings p where p.journal_id = n.id) found where found.wrong) then
      raise exception 'journals_balance: the postings of a journal must sum to zero'; end if; return null; end $$`,
  )
  await execute(
    trx,
    `create or replace function refuse_late_posting() returns trigger language plpgsql set enable_seqscan = off as $$ begin
    if exists (select 1 from new_rows n, lateral (
        select count(*) > 0 as wrong from journals j where j.id = n.journal_id) found where found.wrong) then
      raise exception 'postings_closed: a journal takes no further postings'; end if; return null; end $$`,
  )
}
