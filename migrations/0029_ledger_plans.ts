import { execute, type Trx } from '../core/db/index.ts'

/**
 * PostgreSQL keeps the plan of a trigger for as long as its connection. Made for the many journals of a billing run, it
 * read the whole ledger, and so did every single payment that the same connection booked afterwards. Asked journal by
 * journal, and with no table to be read whole, only the index on the journal is left to read by.
 */
export async function up(trx: Trx): Promise<void> {
  if (trx.dialect !== 'postgres') return
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
