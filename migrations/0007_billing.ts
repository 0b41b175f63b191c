import { createTable, execute, type Trx } from '../core/db/index.ts'

/** Charges and the documents that freeze them. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'number_series',
    {
      id: 'text',
      seller_id: 'ref sellers',
      brand_id: 'text',
      kind: 'text',
      year: 'int',
      prefix: 'text',
      next_number: 'int',
    },
    { unique: { uq_number_series_scope: 'seller_id, brand_id, kind, year' } },
  )
  await createTable(
    trx,
    'charges',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'text',
      source_id: 'text',
      kind: 'text',
      period_start: 'text',
      period_end: 'text',
      cause: "text = ''",
      currency: 'text',
      amount_minor: 'money',
      created_at: 'instant',
    },
    // A period of a source is charged once, whoever asks: the run, an upgrade, staff or a repeat of any of them.
    {
      unique: { uq_charges_event: 'source_id, kind, period_start, cause' },
    },
  )
  await invoices(trx)
  await runs(trx)
  await freeze(trx)
}

async function invoices(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'invoices',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'ref clients',
      seller_id: 'text',
      kind: 'text',
      number: 'text?',
      status: 'text',
      currency: 'text',
      origin: 'text',
      origin_id: 'text?',
      issued_on: 'day?',
      due_on: 'day',
      issued_at: 'instant?',
      paid_at: 'instant?',
      voided_at: 'instant?',
      in_collections_at: 'instant?',
      subtotal_minor: 'money',
      tax_minor: 'money',
      total_minor: 'money',
      seller: 'json',
      buyer: 'json',
      evidence: 'json',
      prices_include_tax: 'flag',
      locale: 'text',
      notes: 'text?',
      document_hash: 'text?',
      file_id: 'text?',
      corrects_id: 'ref invoices?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      uniqueWhere: { uq_invoices_number: 'seller_id, brand_id, number where number is not null' },
      index: {
        ix_invoices_client: 'client_id, id',
        ix_invoices_status: 'status, due_on',
        ix_invoices_origin: 'origin_id where origin_id is not null',
      },
    },
  )
  await createTable(
    trx,
    'invoice_lines',
    {
      id: 'text',
      invoice_id: 'ref invoices',
      position: 'int',
      charge_id: 'text?',
      live_charge_id: 'text?',
      source_id: 'text?',
      kind: 'text',
      description: 'text',
      quantity: 'int',
      unit_minor: 'money',
      amount_minor: 'money',
      net_minor: 'money',
      tax_minor: 'money',
      tax_class: 'text',
      tax_name: 'text?',
      tax_rate_ppm: 'int',
      period_start: 'text?',
      period_end: 'text?',
      trace: 'json',
    },
    {
      unique: { uq_invoice_lines_position: 'invoice_id, position' },
      uniqueWhere: { uq_invoice_lines_live_charge: 'live_charge_id where live_charge_id is not null' },
      index: { ix_invoice_lines_source: 'source_id where source_id is not null' },
    },
  )
  await createTable(
    trx,
    'invoice_taxes',
    { invoice_id: 'ref invoices', tax_name: 'text', rate_ppm: 'int', net_minor: 'money', tax_minor: 'money' },
    { primary: 'invoice_id, tax_name, rate_ppm' },
  )
  await createTable(
    trx,
    'reminders',
    { document_id: 'text', step: 'text', client_id: 'text', sent_at: 'instant' },
    { primary: 'document_id, step' },
  )
  await createTable(
    trx,
    'automated_acts',
    { task: 'text', subject: 'text', period: 'text', outcome: 'text', acted_at: 'instant' },
    { primary: 'task, subject, period' },
  )
}

async function runs(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'billing_runs',
    {
      id: 'text',
      kind: 'text',
      as_of_on: 'day',
      status: 'text',
      position: 'text',
      fence: 'int',
      counts: 'json',
      started_at: 'instant',
      ended_at: 'instant?',
      updated_at: 'instant',
    },
    { unique: { uq_billing_runs_day: 'kind, as_of_on' } },
  )
  await createTable(
    trx,
    'parked_clients',
    { client_id: 'ref clients', run_id: 'text', reason: 'text', parked_at: 'instant', attempts: 'int' },
    { primary: 'client_id' },
  )
}

/** The second lock behind the lifecycle: once issued, no statement changes what a document says. */
async function freeze(trx: Trx): Promise<void> {
  const frozen = [
    'number',
    'issued_on',
    'currency',
    'subtotal_minor',
    'tax_minor',
    'total_minor',
    'seller',
    'buyer',
    'client_id',
    'document_hash',
  ]
  if (trx.dialect === 'sqlite') {
    const changed = frozen.map((column) => `new.${column} is not old.${column}`).join(' or ')
    await execute(
      trx,
      `create trigger invoices_frozen before update on invoices when old.number is not null and (${changed}) begin select raise(abort, 'invoices_frozen: an issued document never changes'); end`,
    )
    await execute(
      trx,
      `create trigger invoices_kept before delete on invoices when old.number is not null begin select raise(abort, 'invoices_kept: an issued document is never deleted'); end`,
    )
    return
  }
  const changed = frozen.map((column) => `new.${column} is distinct from old.${column}`).join(' or ')
  await execute(
    trx,
    `create function refuse_frozen() returns trigger language plpgsql as $$ begin raise exception '%: an issued document never changes', tg_name; end $$`,
  )
  await execute(
    trx,
    `create trigger invoices_frozen before update on invoices for each row when (old.number is not null and (${changed})) execute function refuse_frozen()`,
  )
  await execute(
    trx,
    `create trigger invoices_kept before delete on invoices for each row when (old.number is not null) execute function refuse_frozen()`,
  )
}
