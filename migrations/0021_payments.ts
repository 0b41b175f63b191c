import { addColumn, createTable, execute, type Trx } from '../core/db/index.ts'

/** What is known of declined charges; credit that was given, and how it refills itself. */
export async function up(trx: Trx): Promise<void> {
  await dunning(trx)
  await credit(trx)
  await bank(trx)
  await createTable(
    trx,
    'dispute_evidence',
    {
      dispute_id: 'ref disputes',
      effect_key: 'text',
      fields: 'json',
      status: 'text',
      problem: 'text?',
      sent_by: 'text',
      created_at: 'instant',
    },
    { primary: 'effect_key', index: { ix_dispute_evidence_dispute: 'dispute_id' } },
  )
  // For which payments a gateway is offered; none: for all.
  await createTable(
    trx,
    'gateway_rules',
    { instance_id: 'ref plugin_instances', rules: 'json', updated_at: 'instant' },
    { primary: 'instance_id' },
  )
}

async function dunning(trx: Trx): Promise<void> {
  // A method that was refused for good is not charged again until its holder saves it anew.
  await addColumn(trx, 'payment_methods', 'refused_at', 'instant?')
  await addColumn(trx, 'payment_methods', 'refused_code', 'text?')
  // The first declined charge of a document, once: what came in afterwards is read from its allocations.
  await createTable(
    trx,
    'dunning_cases',
    {
      invoice_id: 'ref invoices',
      brand_id: 'text',
      client_id: 'text',
      payment_id: 'ref payments',
      currency: 'text',
      failed_minor: 'money',
      decline_class: 'text',
      decline_code: 'text',
      month: 'text',
      failed_at: 'instant',
      // Money that comes later than this is not the merit of dunning. Null: there is no end.
      window_ends_at: 'instant?',
    },
    { primary: 'invoice_id', index: { ix_dunning_cases_month: 'month, currency' } },
  )
  await execute(
    trx,
    `insert into dunning_cases (invoice_id, brand_id, client_id, payment_id, currency, failed_minor, decline_class, decline_code, month, failed_at)
    select p.invoice_id, p.brand_id, p.client_id, p.id, p.currency, p.amount_minor,
      case when p.retry = 'later' then 'soft' else 'hard' end, p.decline_code, substr(p.created_at, 1, 7), p.created_at
    from payments p where p.kind = 'saved_method' and p.decline_code is not null and p.invoice_id is not null
    and p.id = (select min(f.id) from payments f where f.invoice_id = p.invoice_id and f.kind = 'saved_method' and f.decline_code is not null)`,
  )
}

async function credit(trx: Trx): Promise<void> {
  // Credit that we gave. What a client paid in has no row: it is the rest of the client's credit in the ledger.
  await createTable(
    trx,
    'credit_grants',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'ref clients',
      currency: 'text',
      origin: 'text',
      amount_minor: 'money',
      priority: 'int',
      // The first day on which it can no longer be used.
      expires_on: 'day?',
      reason: 'text',
      revoked_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      index: {
        ix_credit_grants_client: 'client_id, currency',
        ix_credit_grants_expiry: 'expires_on where expires_on is not null',
      },
    },
  )
  await createTable(
    trx,
    'credit_uses',
    // Taken from a grant: by a document, by its end, by staff. Below zero: given back by a document that was void.
    {
      id: 'text',
      grant_id: 'ref credit_grants',
      invoice_id: 'ref invoices?',
      kind: 'text',
      amount_minor: 'money',
      created_at: 'instant',
    },
    {
      index: {
        ix_credit_uses_grant: 'grant_id',
        ix_credit_uses_invoice: 'invoice_id where invoice_id is not null',
      },
    },
  )
  await createTable(
    trx,
    'credit_top_ups',
    {
      client_id: 'ref clients',
      brand_id: 'text',
      currency: 'text',
      threshold_minor: 'money',
      amount_minor: 'money',
      failures: 'int = 0',
      // Set when it stopped by itself, with the reason; its client starts it again.
      paused_at: 'instant?',
      problem: 'text?',
      consent_at: 'instant',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { primary: 'client_id' },
  )
}

async function bank(trx: Trx): Promise<void> {
  await createTable(trx, 'bank_accounts', {
    id: 'text',
    brand_id: 'ref brands',
    // The gateway to whose clearing account the money is booked; null: by hand.
    instance_id: 'ref plugin_instances?',
    name: 'text',
    currency: 'text',
    iban: 'text?',
    csv_mapping: 'json?',
    // 1: lines of which there is no doubt are booked at once.
    books_sure: 'flag = 1',
    tolerance_minor: 'money = 0',
    version: 'int = 1',
    created_at: 'instant',
    updated_at: 'instant',
  })
  await createTable(
    trx,
    'bank_lines',
    {
      id: 'text',
      account_id: 'ref bank_accounts',
      brand_id: 'text',
      // What makes the line the same line in another file.
      line_key: 'text',
      file_sha256: 'text',
      booked_on: 'day',
      amount_minor: 'money',
      currency: 'text',
      reference: 'text?',
      text: 'text',
      name: 'text?',
      counter_account: 'text?',
      status: 'text',
      // How many times it was booked: a booking after an undo needs another reference.
      bookings: 'int = 0',
      note: 'text?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_bank_lines_key: 'account_id, line_key' }, index: { ix_bank_lines_status: 'status, id' } },
  )
  await createTable(
    trx,
    'bank_line_uses',
    {
      line_id: 'ref bank_lines',
      payment_id: 'ref payments',
      invoice_id: 'ref invoices',
      amount_minor: 'money',
      how: 'text',
      undone_at: 'instant?',
      created_at: 'instant',
    },
    { primary: 'line_id, payment_id', index: { ix_bank_line_uses_payment: 'payment_id' } },
  )
}
