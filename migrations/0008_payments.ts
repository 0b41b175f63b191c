import { createTable, type Trx } from '../core/db/index.ts'

/** Attempts, movements at gateways, saved methods, refunds, disputes, and what they are applied to. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'gateway_customers',
    {
      client_id: 'ref clients',
      instance_id: 'ref plugin_instances',
      reference: 'text',
      created_at: 'instant',
    },
    {
      primary: 'client_id, instance_id',
      unique: { uq_gateway_customers_reference: 'instance_id, reference' },
    },
  )
  await createTable(
    trx,
    'payment_methods',
    {
      id: 'text',
      client_id: 'ref clients',
      instance_id: 'ref plugin_instances',
      reference: 'text',
      kind: 'text',
      label: 'text',
      brand_name: 'text?',
      last4: 'text?',
      expires_on: 'text?',
      preferred: 'flag = 0',
      consent_at: 'instant',
      removed_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_payment_methods_reference: 'instance_id, reference' },
      index: { ix_payment_methods_client: 'client_id' },
    },
  )
  await createTable(
    trx,
    'payments',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'ref clients',
      invoice_id: 'ref invoices?',
      instance_id: 'text?',
      method_id: 'text?',
      kind: 'text',
      status: 'text',
      currency: 'text',
      amount_minor: 'money',
      received_minor: 'money',
      fee_minor: 'money',
      // The key under which this attempt goes out: the same attempt repeated is the same payment at the gateway.
      effect_key: 'text',
      attempt: 'int',
      reference: 'text?',
      needs: 'json?',
      decline_code: 'text?',
      decline_message: 'text?',
      retry: 'text?',
      next_check_at: 'instant?',
      checks: 'int = 0',
      note: 'text?',
      settled_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_payments_effect: 'effect_key' },
      index: {
        ix_payments_client: 'client_id, id',
        ix_payments_invoice: 'invoice_id where invoice_id is not null',
        ix_payments_status: 'status, next_check_at',
        ix_payments_reference: 'instance_id, reference where reference is not null',
      },
    },
  )
  await createTable(
    trx,
    'transactions',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'text',
      instance_id: 'text',
      reference: 'text',
      kind: 'text',
      payment_id: 'text?',
      currency: 'text',
      amount_minor: 'money',
      fee_minor: 'money',
      occurred_at: 'instant',
      note: 'text?',
      actor: 'text',
      created_at: 'instant',
    },
    {
      unique: { uq_transactions_reference: 'instance_id, reference, kind' },
      index: { ix_transactions_client: 'client_id, id' },
    },
  )
  await createTable(
    trx,
    'allocations',
    // From a payment, or from account credit when payment_id is null. A refund or a void is a row with a minus sign.
    {
      id: 'text',
      invoice_id: 'ref invoices',
      payment_id: 'text?',
      client_id: 'text',
      kind: 'text',
      currency: 'text',
      amount_minor: 'money',
      created_at: 'instant',
    },
    {
      index: {
        ix_allocations_invoice: 'invoice_id',
        ix_allocations_payment: 'payment_id where payment_id is not null',
      },
    },
  )
  await createTable(
    trx,
    'refunds',
    {
      id: 'text',
      payment_id: 'ref payments',
      client_id: 'text',
      invoice_id: 'text?',
      credit_note_id: 'text?',
      destination: 'text',
      status: 'text',
      currency: 'text',
      amount_minor: 'money',
      effect_key: 'text',
      reference: 'text?',
      reason: 'text',
      problem: 'text?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_refunds_effect: 'effect_key' }, index: { ix_refunds_payment: 'payment_id' } },
  )
  await createTable(
    trx,
    'disputes',
    {
      id: 'text',
      payment_id: 'ref payments',
      client_id: 'text',
      instance_id: 'text',
      reference: 'text',
      status: 'text',
      reason: 'text',
      currency: 'text',
      amount_minor: 'money',
      evidence_due_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_disputes_reference: 'instance_id, reference' } },
  )
}
