import { addColumn, createTable, type Trx } from '../core/db/index.ts'

/** What gateways tell of our money with them: movements with their fees, payouts, balances, agreements. */
export async function up(trx: Trx): Promise<void> {
  await payouts(trx)
  await movements(trx)
  await readings(trx)
  await agreements(trx)
}

async function payouts(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'payouts',
    {
      id: 'text',
      instance_id: 'text',
      brand_id: 'ref brands',
      reference: 'text',
      status: 'text',
      currency: 'text',
      amount_minor: 'money',
      fee_minor: 'money',
      arrives_on: 'day',
      // Whether the gateway has told all that it is made of.
      itemised: 'flag = 0',
      // The line of our bank's statement with which it arrived.
      bank_line_id: 'ref bank_lines?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_payouts_reference: 'instance_id, reference' },
      uniqueWhere: { uq_payouts_bank_line: 'bank_line_id where bank_line_id is not null' },
    },
  )
}

async function movements(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'gateway_movements',
    {
      id: 'text',
      instance_id: 'text',
      brand_id: 'ref brands',
      reference: 'text',
      kind: 'text',
      status: 'text',
      of_reference: 'text?',
      currency: 'text',
      amount_minor: 'money',
      fee_minor: 'money',
      charged_currency: 'text?',
      charged_minor: 'money?',
      exchange_rate: 'text?',
      moved_on: 'day',
      payout_id: 'ref payouts?',
      payment_id: 'ref payments?',
      // The movement in our books that it is: one is never taken for two.
      transaction_id: 'text?',
      // What the books had at the gateway for it before it was told: amount less the fee that was known.
      books_currency: 'text?',
      books_minor: 'money = 0',
      problem: 'text?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_gateway_movements_reference: 'instance_id, reference' },
      uniqueWhere: { uq_gateway_movements_transaction: 'transaction_id where transaction_id is not null' },
      index: {
        ix_gateway_movements_payout: 'payout_id where payout_id is not null',
        ix_gateway_movements_payment: 'payment_id where payment_id is not null',
        ix_gateway_movements_open: `instance_id, id where status <> 'booked'`,
      },
    },
  )
}

async function readings(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'gateway_readings',
    {
      instance_id: 'text',
      operation: 'text',
      // All days before this one have been read.
      read_until: 'day?',
      read_at: 'instant',
      problem: 'text?',
    },
    { primary: 'instance_id, operation' },
  )
  await createTable(
    trx,
    'gateway_balances',
    { instance_id: 'text', kind: 'text', currency: 'text', amount_minor: 'money', read_at: 'instant' },
    { primary: 'instance_id, kind, currency' },
  )
  // What a gateway says of a payment when staff ask it.
  await createTable(
    trx,
    'gateway_details',
    { payment_id: 'ref payments', details: 'json', read_at: 'instant' },
    { primary: 'payment_id' },
  )
}

async function agreements(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'agreements',
    {
      id: 'text',
      instance_id: 'text',
      brand_id: 'ref brands',
      reference: 'text',
      status: 'text',
      customer: 'text?',
      email: 'text?',
      name: 'text?',
      label: 'text?',
      currency: 'text',
      amount_minor: 'money',
      cycle: 'text?',
      next_on: 'day?',
      client_id: 'ref clients?',
      service_id: 'ref services?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_agreements_reference: 'instance_id, reference' },
      index: {
        ix_agreements_client: 'client_id where client_id is not null',
        ix_agreements_service: 'service_id where service_id is not null',
      },
    },
  )
  // The agreement that made a payment by itself.
  await addColumn(trx, 'payments', 'agreement_id', 'text?')
}
