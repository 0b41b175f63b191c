import { execute, type Trx } from '../core/db/index.ts'

/**
 * On SQLite "abort" keeps a copy of every page that the statement touches, to undo what it has done of itself; the
 * ledger paid for it with each row. "fail" refuses the same rows with the same words, and our transactions undo all.
 */
export async function up(trx: Trx): Promise<void> {
  if (trx.dialect !== 'sqlite') return
  await execute(trx, 'drop trigger journals_balance')
  await execute(
    trx,
    `create trigger journals_balance before insert on journals
      when (select count(*) = 0 or sum(amount_minor) <> 0 or sum(currency <> new.currency) > 0 from postings where journal_id = new.id)
      begin select raise(fail, 'journals_balance: the postings of a journal must sum to zero'); end`,
  )
  await execute(trx, 'drop trigger postings_closed')
  await execute(
    trx,
    `create trigger postings_closed before insert on postings
      when exists (select 1 from journals where id = new.journal_id)
      begin select raise(fail, 'postings_closed: a journal takes no further postings'); end`,
  )
}
