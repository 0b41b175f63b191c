import { createTable, execute, type Trx } from '../core/db/index.ts'

/** Months that close, their balances, deferred income, codes of accounts, exports, and what the reconciler finds. */
export async function up(trx: Trx): Promise<void> {
  await months(trx)
  await exports(trx)
  await createTable(
    trx,
    'discrepancies',
    {
      id: 'text',
      kind: 'text',
      subject_id: 'text',
      brand_id: 'text',
      client_id: 'text?',
      currency: 'text?',
      // What the repair moves; null when it moves no money.
      amount_minor: 'money?',
      detail: 'text',
      status: 'text',
      found_at: 'instant',
      ended_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_discrepancies_subject: 'kind, subject_id' },
      index: { ix_discrepancies_status: 'status, id' },
    },
  )
  await execute(trx, 'create index ix_journals_day on journals (brand_id, effective_on)')
  // With the amount in it a client's balance is read from the index alone.
  await execute(trx, 'drop index ix_postings_client')
  await execute(
    trx,
    'create index ix_postings_client on postings (client_id, account, currency, amount_minor) where client_id is not null',
  )
  await (trx.dialect === 'sqlite' ? sqliteTrigger(trx) : postgresTrigger(trx))
}

async function months(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'ledger_months',
    {
      id: 'text',
      brand_id: 'ref brands',
      month: 'text',
      starts_on: 'day',
      // The first day of the next month.
      ends_on: 'day',
      status: 'text',
      closed_at: 'instant',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_ledger_months_month: 'brand_id, month' } },
  )
  // The one day that every journal is held against: what is dated before it is refused.
  await createTable(trx, 'closed_books', { brand_id: 'ref brands', until_on: 'day' }, { primary: 'brand_id' })
  await createTable(
    trx,
    'ledger_balances',
    {
      month_id: 'ref ledger_months',
      account: 'text',
      currency: 'text',
      // Of all time until the end of the month.
      balance_minor: 'money',
    },
    { primary: 'month_id, account, currency' },
  )
  await createTable(
    trx,
    'income_deferrals',
    {
      id: 'text',
      month_id: 'ref ledger_months',
      brand_id: 'text',
      currency: 'text',
      deferred_minor: 'money',
      moved_minor: 'money',
      undone_at: 'instant?',
      created_at: 'instant',
    },
    { index: { ix_income_deferrals_month: 'month_id' } },
  )
}

async function exports(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'account_codes',
    { seller_id: 'ref sellers', account: 'text', code: 'text', updated_at: 'instant' },
    { primary: 'seller_id, account' },
  )
  await createTable(
    trx,
    'ledger_exports',
    {
      id: 'text',
      brand_id: 'ref brands',
      from_on: 'day',
      until_on: 'day',
      journals: 'int',
      postings: 'int',
      actor: 'text',
      created_at: 'instant',
    },
    { index: { ix_ledger_exports_brand: 'brand_id, id' } },
  )
  // A journal is handed over once: a second export of the same days leaves it out.
  await createTable(
    trx,
    'exported_journals',
    { journal_id: 'ref journals', export_id: 'ref ledger_exports' },
    { primary: 'journal_id', index: { ix_exported_journals_export: 'export_id' } },
  )
}

async function sqliteTrigger(trx: Trx): Promise<void> {
  await execute(
    trx,
    `create trigger journals_month_closed before insert on journals
      when new.effective_on < (select until_on from closed_books where brand_id = new.brand_id)
      begin select raise(fail, 'journals_month_closed: the month of this day is closed'); end`,
  )
}

async function postgresTrigger(trx: Trx): Promise<void> {
  await execute(
    trx,
    `create function refuse_closed_month() returns trigger language plpgsql as $$ begin
    if exists (select 1 from new_rows n join closed_books c on c.brand_id = n.brand_id where n.effective_on < c.until_on) then
      raise exception 'journals_month_closed: the month of this day is closed'; end if; return null; end $$`,
  )
  await execute(
    trx,
    `create trigger journals_month_closed after insert on journals referencing new table as new_rows for each statement execute function refuse_closed_month()`,
  )
}
