import { addColumn, createTable, execute, type Trx } from '../core/db/index.ts'

/** Items outside products, links between documents, late fees, proforma, texts, secret links, carried sums. */
export async function up(trx: Trx): Promise<void> {
  await billables(trx)
  await documents(trx)
  await payments(trx)
  await thaw(trx)
}

async function billables(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'billable_items',
    {
      id: 'text',
      brand_id: 'ref brands',
      client_id: 'ref clients',
      currency: 'text',
      name: 'text',
      // now, next (with the client's next invoice) or day.
      timing: 'text',
      cycle: 'text?',
      // How often; null: until it is stopped.
      times: 'int?',
      done: 'int = 0',
      anchor_on: 'day',
      next_on: 'day?',
      // 1: a document of its own.
      apart: 'flag = 0',
      notes: 'text?',
      status: 'text',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      index: {
        ix_billable_items_client: 'client_id, id',
        ix_billable_items_due: "next_on, client_id where status = 'active'",
      },
    },
  )
  await createTable(
    trx,
    'billable_lines',
    {
      item_id: 'ref billable_items',
      position: 'int',
      description: 'text',
      basis: 'text',
      // Thousandths: 2.5 hours are 2500.
      quantity_milli: 'int',
      unit_minor: 'money',
      amount_minor: 'money',
      tax_class: 'text',
    },
    { primary: 'item_id, position' },
  )
  await createTable(
    trx,
    'carried_lines',
    {
      charge_id: 'text',
      brand_id: 'text',
      client_id: 'ref clients',
      currency: 'text',
      due_on: 'day',
      line: 'json',
      carried_on: 'day',
      placed: 'flag = 0',
    },
    {
      primary: 'charge_id',
      index: { ix_carried_lines_client: 'client_id where placed = 0' },
    },
  )
}

async function documents(trx: Trx): Promise<void> {
  for (const flag of ['late_fees', 'overdue_notices', 'auto_close'])
    await addColumn(trx, 'clients', flag, 'flag = 1')
  await addColumn(trx, 'invoices', 'proforma', 'flag = 0')
  await addColumn(trx, 'invoices', 'proforma_number', 'text?')
  await addColumn(trx, 'invoices', 'proforma_file_id', 'text?')
  await createTable(
    trx,
    'document_links',
    { from_id: 'ref invoices', to_id: 'ref invoices', kind: 'text', created_at: 'instant' },
    { primary: 'from_id, to_id', index: { ix_document_links_to: 'to_id' } },
  )
  await createTable(
    trx,
    'late_fees',
    {
      document_id: 'ref invoices',
      step: 'int',
      fee_id: 'ref invoices?',
      client_id: 'text',
      base_minor: 'money',
      amount_minor: 'money',
      charged_on: 'day',
    },
    { primary: 'document_id, step', index: { ix_late_fees_fee: 'fee_id' } },
  )
  await createTable(
    trx,
    'document_texts',
    {
      id: 'text',
      brand_id: 'ref brands',
      name: 'text',
      kind: 'text',
      country: 'text?',
      situation: 'text',
      locale: 'text?',
      body: 'text',
      position: 'int',
      retired_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { index: { ix_document_texts_brand: 'brand_id, position, id' } },
  )
  await createTable(
    trx,
    'invoice_links',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'text',
      invoice_id: 'ref invoices',
      token_hash: 'text',
      expires_at: 'instant',
      revoked_at: 'instant?',
      opened_at: 'instant?',
      created_by: 'text',
      created_at: 'instant',
    },
    { unique: { uq_invoice_links_token: 'token_hash' }, index: { ix_invoice_links_invoice: 'invoice_id' } },
  )
}

async function payments(trx: Trx): Promise<void> {
  // What one payment for several documents is meant for, in the order in which it is applied.
  await createTable(
    trx,
    'payment_documents',
    { payment_id: 'ref payments', invoice_id: 'ref invoices', position: 'int', amount_minor: 'money' },
    { primary: 'payment_id, invoice_id', index: { ix_payment_documents_invoice: 'invoice_id' } },
  )
  // The prepayment document of a deposit: one for a payment, however often it is heard of.
  await createTable(
    trx,
    'receipts',
    { payment_id: 'ref payments', invoice_id: 'ref invoices' },
    { primary: 'payment_id' },
  )
}

const FROZEN = [
  'number',
  'issued_on',
  'due_on',
  'currency',
  'subtotal_minor',
  'tax_minor',
  'total_minor',
  'seller',
  'buyer',
  'client_id',
  'notes',
  'document_hash',
  'proforma',
]

/** A proforma is no tax document: it becomes one once, when it is paid, and is frozen from then on. */
async function thaw(trx: Trx): Promise<void> {
  await execute(
    trx,
    trx.dialect === 'sqlite' ? 'drop trigger invoices_frozen' : 'drop trigger invoices_frozen on invoices',
  )
  if (trx.dialect === 'sqlite') {
    const changed = FROZEN.map((column) => `new.${column} is not old.${column}`).join(' or ')
    await execute(
      trx,
      `create trigger invoices_frozen before update on invoices when old.number is not null and old.proforma = 0 and (${changed}) begin select raise(abort, 'invoices_frozen: an issued document never changes'); end`,
    )
    return
  }
  const changed = FROZEN.map((column) => `new.${column} is distinct from old.${column}`).join(' or ')
  await execute(
    trx,
    `create trigger invoices_frozen before update on invoices for each row when (old.number is not null and old.proforma = 0 and (${changed})) execute function refuse_frozen()`,
  )
}
