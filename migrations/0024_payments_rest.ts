import { addColumn, createTable, execute, type Trx } from '../core/db/index.ts'

/** Documents that are paid in parts, and money that is reserved before it is taken. */
export async function up(trx: Trx): Promise<void> {
  await instalments(trx)
  await authorisations(trx)
}

async function instalments(trx: Trx): Promise<void> {
  // The day from which dunning counts where it is not the due day that the document states: that of the next part, or
  // that on which a plan was broken.
  await addColumn(trx, 'invoices', 'owed_on', 'day?')
  await execute(trx, 'create index ix_invoices_owed on invoices (owed_on) where owed_on is not null')
  await createTable(
    trx,
    'instalment_plans',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'ref clients',
      invoice_id: 'ref invoices',
      currency: 'text',
      status: 'text',
      // What was open when it was agreed, and what had been applied to the document before.
      covers_minor: 'money',
      base_minor: 'money',
      every: 'text',
      // The document of its fee.
      fee_id: 'ref invoices?',
      reason: 'text?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      index: { ix_instalment_plans_client: 'client_id, id', ix_instalment_plans_status: 'status, id' },
      uniqueWhere: { uq_instalment_plans_invoice: `invoice_id where status in ('active', 'kept')` },
    },
  )
  await createTable(
    trx,
    'instalments',
    {
      plan_id: 'ref instalment_plans',
      position: 'int',
      invoice_id: 'ref invoices',
      due_on: 'day',
      amount_minor: 'money',
      // What has to be applied to the document for this part and all before it to be paid.
      through_minor: 'money',
    },
    { primary: 'plan_id, position', index: { ix_instalments_invoice: 'invoice_id' } },
  )
}

/** Money that a gateway holds for us until it is taken or let go. Nothing of it is in the books. */
async function authorisations(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'authorisations',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'text',
      payment_id: 'ref payments',
      invoice_id: 'ref invoices',
      status: 'text',
      // When it is taken: "on_acceptance" or "on_delivery" of its order, or "by_hand".
      mode: 'text',
      currency: 'text',
      amount_minor: 'money',
      // What is being taken, or was.
      taken_minor: 'money = 0',
      expires_at: 'instant',
      // Set before the gateway is asked to take it or to let it go: whoever finds it set looks there first.
      asked_at: 'instant?',
      problem: 'text?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_authorisations_payment: 'payment_id' },
      index: {
        ix_authorisations_invoice: 'invoice_id',
        ix_authorisations_status: 'status, expires_at',
      },
    },
  )
}
