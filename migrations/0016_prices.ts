import { addColumn, createTable, execute, type Trx } from '../core/db/index.ts'

/** Prices by client group, in steps, for a fixed number of periods, on trial, by rate, and as they change for services. */
export async function up(trx: Trx): Promise<void> {
  await priceLists(trx)
  await terms(trx)
  await rates(trx)
  await campaigns(trx)
}

async function priceLists(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'price_lists',
    {
      id: 'text',
      brand_id: 'ref brands',
      name: 'text',
      // What is taken off the default price where the list has none of its own.
      discount_ppm: 'int = 0',
      retired_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_price_lists_name: 'brand_id, name' } },
  )
  await createTable(
    trx,
    'client_groups',
    {
      id: 'text',
      brand_id: 'ref brands',
      name: 'text',
      note: 'text?',
      price_list_id: 'ref price_lists?',
      retired_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_client_groups_name: 'brand_id, name' } },
  )
  await addColumn(trx, 'clients', 'client_group_id', 'ref client_groups?')
  await execute(
    trx,
    'create index ix_clients_group on clients (client_group_id) where client_group_id is not null',
  )
  await addColumn(trx, 'prices', 'list_id', 'ref price_lists?')
  // Steps of a price that is not one sum a unit, as core/catalog/schemes.ts reads them.
  await addColumn(trx, 'prices', 'scheme', 'json?')
  await execute(trx, 'drop index uq_prices_version')
  await execute(
    trx,
    "create unique index uq_prices_version on prices (owner_id, cycle, currency, valid_from, coalesce(list_id, '')) where retired_at is null",
  )
}

/** How long a product is charged, and how it begins. */
async function terms(trx: Trx): Promise<void> {
  await addColumn(trx, 'products', 'periods_max', 'int?')
  await addColumn(trx, 'products', 'trial_days', 'int?')
  // Currency → decimal; a currency that is not named has no trial, and none named at all makes it free.
  await addColumn(trx, 'products', 'trial_prices', "json = '{}'")
  await addColumn(trx, 'products', 'trial_then', "text = 'convert'")
  await addColumn(trx, 'cart_items', 'trial', 'flag = 0')
  await addColumn(trx, 'services', 'periods_left', 'int?')
  await addColumn(trx, 'services', 'trial_ends_on', 'day?')
  await addColumn(trx, 'service_options', 'pricing', 'text?')
  await execute(
    trx,
    'create index ix_services_term on services (charged_through) where periods_left = 0 and ended_on is null',
  )
  await execute(
    trx,
    'create index ix_services_trial on services (trial_ends_on) where trial_ends_on is not null and ended_on is null',
  )
  await createTable(
    trx,
    'trial_uses',
    { client_id: 'ref clients', product_id: 'ref products', service_id: 'text', used_at: 'instant' },
    { primary: 'client_id, product_id' },
  )
}

async function rates(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'exchange_rates',
    {
      id: 'text',
      base: 'text',
      currency: 'text',
      valid_on: 'day',
      // Units of `currency` for one of the base, as an exact decimal.
      rate: 'text',
      source: 'text',
      entered_by: 'text',
      entered_at: 'instant',
      replaced_at: 'instant?',
    },
    { uniqueWhere: { uq_exchange_rates_day: 'base, currency, valid_on where replaced_at is null' } },
  )
  await createTable(
    trx,
    'price_rules',
    {
      id: 'text',
      brand_id: 'ref brands',
      base: 'text',
      currency: 'text',
      markup_ppm: 'int = 0',
      rounding: 'json',
      // 1: new rates change the prices by themselves.
      follows: 'flag = 0',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_price_rules_currency: 'brand_id, currency' } },
  )
}

async function campaigns(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'price_campaigns',
    {
      id: 'text',
      brand_id: 'ref brands',
      name: 'text',
      status: 'text',
      choice: 'json',
      change: 'json',
      starts_on: 'day',
      notice_days: 'int',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { index: { ix_price_campaigns_brand: 'brand_id, id' } },
  )
  await createTable(
    trx,
    'service_repricings',
    {
      id: 'text',
      campaign_id: 'ref price_campaigns',
      service_id: 'ref services',
      brand_id: 'text',
      client_id: 'text',
      status: 'text',
      // The first period at the new price, and the day on which the client is told.
      from_on: 'day',
      notice_on: 'day',
      // What the service was when it was chosen: one that has changed meanwhile is left alone.
      product_id: 'text',
      cycle: 'text',
      old_amount_minor: 'money',
      old_recurring_minor: 'money',
      new_amount_minor: 'money',
      new_recurring_minor: 'money',
      new_options: 'json',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_service_repricings_service: 'campaign_id, service_id' },
      uniqueWhere: { uq_service_repricings_live: "service_id where status in ('planned', 'announced')" },
      index: {
        ix_service_repricings_notice: "notice_on where status = 'planned'",
      },
    },
  )
}
