import { createTable, type Trx } from '../core/db/index.ts'

/** What is sold: groups, products, prices by cycle and currency and version, options, order fields, add-ons, coupons. */
export async function up(trx: Trx): Promise<void> {
  await products(trx)
  await choices(trx)
  await createTable(
    trx,
    'prices',
    // `owner_id` is a product, an option or an option value; several versions of one price differ in valid_from.
    // A version is never changed: one that is replaced on its own day is retired beside the new one.
    {
      id: 'text',
      owner_id: 'text',
      cycle: 'text',
      currency: 'text',
      amount_minor: 'money',
      setup_minor: 'money',
      valid_from: 'day',
      retired_at: 'instant?',
      created_at: 'instant',
    },
    { uniqueWhere: { uq_prices_version: 'owner_id, cycle, currency, valid_from where retired_at is null' } },
  )
  await createTable(
    trx,
    'coupons',
    {
      id: 'text',
      brand_id: 'ref brands',
      code: 'text',
      kind: 'text',
      percent_ppm: 'int?',
      currency: 'text?',
      amount_minor: 'money?',
      product_ids: 'json',
      // Billing cycles it is good for; empty is every cycle. `cycles` counts the periods it lasts, null is for ever.
      only_cycles: "json = '[]'",
      cycles: 'int?',
      starts_on: 'day?',
      ends_on: 'day?',
      uses_max: 'int?',
      uses_per_client: 'int?',
      uses: 'int = 0',
      status: 'text',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_coupons_code: 'brand_id, code' } },
  )
}

async function products(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'product_groups',
    {
      id: 'text',
      brand_id: 'ref brands',
      parent_id: 'ref product_groups?',
      slug: 'text',
      name: 'text',
      headline: 'text?',
      description: 'text?',
      layout: "text = 'cards'",
      position: 'int',
      hidden: 'flag = 0',
      retired_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_product_groups_slug: 'brand_id, slug' } },
  )
  await createTable(
    trx,
    'products',
    {
      id: 'text',
      brand_id: 'ref brands',
      group_id: 'ref product_groups',
      slug: 'text',
      kind: 'text',
      name: 'text',
      summary: 'text?',
      description: 'text?',
      features: 'json',
      status: 'text',
      position: 'int',
      featured: 'flag = 0',
      tax_class: 'text',
      stock: 'int?',
      delivery_on: 'text',
      instance_id: 'text?',
      server_group_id: 'text?',
      module_settings: 'json',
      grace_days: 'int?',
      terminate_days: 'int?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_products_slug: 'brand_id, slug' }, index: { ix_products_group: 'group_id, position' } },
  )
  await createTable(
    trx,
    'product_addons',
    { product_id: 'ref products', addon_id: 'ref products', position: 'int' },
    { primary: 'product_id, addon_id' },
  )
}

async function choices(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'options',
    {
      id: 'text',
      product_id: 'ref products',
      option_key: 'text',
      name: 'text',
      hint: 'text?',
      kind: 'text',
      unit: 'text?',
      required: 'flag',
      minimum: 'int?',
      maximum: 'int?',
      step: 'int?',
      preset: 'text?',
      setting: 'text?',
      changeable: 'flag = 1',
      position: 'int',
      retired_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_options_key: 'product_id, option_key' } },
  )
  await createTable(
    trx,
    'option_values',
    {
      id: 'text',
      option_id: 'ref options',
      value_key: 'text',
      label: 'text',
      module_value: 'text?',
      position: 'int',
      retired_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_option_values_key: 'option_id, value_key' } },
  )
  await createTable(
    trx,
    'order_fields',
    {
      id: 'text',
      product_id: 'ref products',
      field_key: 'text',
      label: 'text',
      hint: 'text?',
      kind: 'text',
      choices: 'json',
      pattern: 'text?',
      required: 'flag',
      setting: 'text?',
      position: 'int',
      retired_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_order_fields_key: 'product_id, field_key' } },
  )
}
