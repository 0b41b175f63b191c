import { createTable, type Trx } from '../core/db/index.ts'

/** What a client has, where it lives, and the work of delivering it. */
export async function up(trx: Trx): Promise<void> {
  await createTable(trx, 'server_groups', {
    id: 'text',
    name: 'text',
    fill: 'text',
    version: 'int = 1',
    created_at: 'instant',
    updated_at: 'instant',
  })
  await createTable(
    trx,
    'servers',
    {
      id: 'text',
      instance_id: 'ref plugin_instances',
      group_id: 'ref server_groups?',
      name: 'text',
      settings: 'json',
      capacity: 'int?',
      status: 'text',
      last_contact_at: 'instant?',
      last_problem: 'text?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { index: { ix_servers_group: 'group_id' } },
  )
  await services(trx)
  await deliveries(trx)
}

async function services(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'services',
    {
      id: 'text',
      brand_id: 'ref brands',
      client_id: 'ref clients',
      product_id: 'ref products',
      parent_id: 'ref services?',
      order_item_id: 'text?',
      label: 'text',
      billing_status: 'text',
      delivery_status: 'text',
      currency: 'text',
      cycle: 'text',
      quantity: 'int',
      price_id: 'text?',
      amount_minor: 'money',
      recurring_minor: 'money',
      tax_class: 'text',
      coupon_id: 'text?',
      coupon_cycles_left: 'int?',
      // Billing days: the nth period is computed from the anchor; next_period_on is the first day not charged yet.
      zone: 'text',
      anchor_on: 'day?',
      period_index: 'int',
      next_period_on: 'day?',
      charged_through: 'day?',
      auto_charge: 'flag = 1',
      method_id: 'text?',
      suspend_after: 'day?',
      grace_days: 'int?',
      terminate_days: 'int?',
      cancel_on: 'day?',
      cancel_reason: 'text?',
      ended_on: 'day?',
      delivery_on: 'text',
      instance_id: 'text?',
      server_group_id: 'text?',
      server_id: 'text?',
      remote_id: 'text?',
      module_settings: 'json',
      generation: 'int = 0',
      change_due: 'flag = 0',
      delivered_at: 'instant?',
      parked_reason: 'text?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      index: {
        ix_services_client: 'client_id, id',
        // In the order in which the billing run walks: one pass over the index covers a whole run.
        ix_services_due: 'client_id, next_period_on where next_period_on is not null',
        ix_services_cancel: 'cancel_on where cancel_on is not null',
        ix_services_server: 'server_id where server_id is not null',
        ix_services_parent: 'parent_id where parent_id is not null',
        ix_services_item: 'order_item_id where order_item_id is not null',
      },
    },
  )
  await createTable(
    trx,
    'service_options',
    {
      service_id: 'ref services',
      option_id: 'ref options',
      value_id: 'text?',
      quantity: 'int',
      value: 'text',
      label: 'text',
      amount_minor: 'money',
      setting: 'text?',
      module_value: 'text?',
      price_id: 'text?',
    },
    { primary: 'service_id, option_id' },
  )
  await createTable(
    trx,
    'service_fields',
    {
      service_id: 'ref services',
      field_id: 'ref order_fields',
      label: 'text',
      value: 'text',
      setting: 'text?',
    },
    { primary: 'service_id, field_id' },
  )
  await createTable(
    trx,
    'service_holds',
    { service_id: 'ref services', reason: 'text', note: 'text?', placed_by: 'text', placed_at: 'instant' },
    { primary: 'service_id, reason' },
  )
  await createTable(
    trx,
    'service_access',
    {
      service_id: 'ref services',
      position: 'int',
      label: 'text',
      kind: 'text',
      value: 'text?',
      sealed: 'text?',
      shown_at: 'instant?',
      updated_at: 'instant',
    },
    { primary: 'service_id, position' },
  )
  await createTable(
    trx,
    'service_usage',
    { service_id: 'ref services', report: 'json', read_at: 'instant' },
    { primary: 'service_id' },
  )
  await createTable(
    trx,
    'service_changes',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'text',
      service_id: 'ref services',
      kind: 'text',
      status: 'text',
      before_state: 'json',
      after_state: 'json',
      effective_on: 'day',
      invoice_id: 'text?',
      amount_minor: 'money',
      currency: 'text',
      actor: 'text',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      index: {
        ix_service_changes_service: 'service_id, id',
        ix_service_changes_invoice: 'invoice_id where invoice_id is not null',
      },
    },
  )
}

async function deliveries(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'deliveries',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'text',
      service_id: 'ref services',
      action: 'text',
      generation: 'int',
      status: 'text',
      step: 'text',
      server_id: 'text?',
      attempts: 'int = 0',
      failure: 'text?',
      problem: 'text?',
      payload: 'json',
      cause: 'text?',
      next_try_at: 'instant?',
      // While a call is out (system clock): who comes meanwhile waits, who comes later looks before it acts.
      busy_until: 'instant?',
      started_at: 'instant?',
      ended_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_deliveries_generation: 'service_id, generation' },
      uniqueWhere: { uq_deliveries_open: "service_id where status in ('open', 'waiting')" },
      index: { ix_deliveries_queue: 'status, id', ix_deliveries_service: 'service_id, id' },
    },
  )
  await createTable(
    trx,
    'delivery_calls',
    {
      id: 'text',
      delivery_id: 'ref deliveries',
      operation: 'text',
      outcome: 'text',
      detail: 'text?',
      duration_ms: 'int',
      occurred_at: 'instant',
    },
    { index: { ix_delivery_calls_delivery: 'delivery_id, id' } },
  )
}
