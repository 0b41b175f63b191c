import { createTable, execute, type Trx } from '../core/db/index.ts'

/**
 * Double entry, append-only. Postings go in first, the journal row last: its trigger refuses a journal whose postings
 * do not sum to zero in its one currency, and nothing can be added to, changed in or removed from it later.
 */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'postings',
    {
      journal_id: 'text',
      position: 'int',
      brand_id: 'text',
      client_id: 'text?',
      account: 'text',
      currency: 'text',
      amount_minor: 'money',
    },
    {
      primary: 'journal_id, position',
      index: {
        ix_postings_client: 'client_id, account, currency where client_id is not null',
      },
    },
  )
  await createTable(
    trx,
    'journals',
    {
      id: 'text',
      brand_id: 'text',
      kind: 'text',
      source_id: 'text',
      currency: 'text',
      effective_on: 'day',
      reverses_id: 'text?',
      created_at: 'instant',
    },
    { unique: { uq_journals_source: 'source_id, kind' } },
  )
  await (trx.dialect === 'sqlite' ? sqliteTriggers(trx) : postgresTriggers(trx))
}

/** One pass over the postings of the new journal: there are some, they sum to zero, and all have its currency. */
const UNBALANCED = `(select count(*) = 0 or sum(amount_minor) <> 0 or sum(currency <> new.currency) > 0
  from postings where journal_id = new.id)`

async function sqliteTriggers(trx: Trx): Promise<void> {
  await execute(
    trx,
    `create trigger journals_balance before insert on journals when ${UNBALANCED} begin select raise(abort, 'journals_balance: the postings of a journal must sum to zero'); end`,
  )
  await execute(
    trx,
    `create trigger postings_closed before insert on postings when exists (select 1 from journals where id = new.journal_id) begin select raise(abort, 'postings_closed: a journal takes no further postings'); end`,
  )
  for (const table of ['journals', 'postings']) {
    for (const act of ['update', 'delete']) {
      await execute(
        trx,
        `create trigger ${table}_no_${act} before ${act} on ${table} begin select raise(abort, '${table}_no_${act}: the ledger is append-only'); end`,
      )
    }
  }
}

async function postgresTriggers(trx: Trx): Promise<void> {
  await execute(
    trx,
    `create function refuse_unbalanced() returns trigger language plpgsql as $$ begin
    if exists (select 1 from new_rows n left join postings p on p.journal_id = n.id group by n.id, n.currency having count(p.journal_id) = 0 or sum(p.amount_minor) <> 0 or bool_or(p.currency <> n.currency)) then
      raise exception 'journals_balance: the postings of a journal must sum to zero'; end if; return null; end $$`,
  )
  await execute(
    trx,
    `create trigger journals_balance after insert on journals referencing new table as new_rows for each statement execute function refuse_unbalanced()`,
  )
  await execute(
    trx,
    `create function refuse_late_posting() returns trigger language plpgsql as $$ begin
    if exists (select 1 from new_rows n join journals j on j.id = n.journal_id) then
      raise exception 'postings_closed: a journal takes no further postings'; end if; return null; end $$`,
  )
  await execute(
    trx,
    `create trigger postings_closed after insert on postings referencing new table as new_rows for each statement execute function refuse_late_posting()`,
  )
  await execute(
    trx,
    `create function refuse_ledger_change() returns trigger language plpgsql as $$ begin raise exception '%: the ledger is append-only', tg_name; end $$`,
  )
  for (const table of ['journals', 'postings']) {
    for (const act of ['update', 'delete']) {
      await execute(
        trx,
        `create trigger ${table}_no_${act} before ${act} on ${table} for each row execute function refuse_ledger_change()`,
      )
    }
  }
}
