import { createTable, type Trx } from '../core/db/index.ts'

/** Who signs in, who is billed, and the shop fronts they meet. */
export async function up(trx: Trx): Promise<void> {
  await identity(trx)
  await brands(trx)
  await clients(trx)
}

async function identity(trx: Trx): Promise<void> {
  await createTable(trx, 'realms', { id: 'text', kind: 'text', name: 'text', created_at: 'instant' })
  await createTable(
    trx,
    'users',
    {
      id: 'text',
      realm_id: 'ref realms',
      email: 'text',
      email_key: 'text',
      name: 'text',
      password_hash: 'text?',
      email_verified_at: 'instant?',
      locale: 'text',
      theme: "text = 'system'",
      status: 'text',
      last_seen_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_users_email: 'realm_id, email_key' } },
  )
  await createTable(
    trx,
    'sessions',
    {
      id: 'text',
      user_id: 'ref users',
      token_hash: 'text',
      client_id: 'text?',
      address: 'text',
      agent: 'text',
      created_at: 'instant',
      last_seen_at: 'instant',
      idle_minutes: 'int',
      expires_at: 'instant',
      ends_by: 'instant',
      confirmed_at: 'instant?',
      ended_at: 'instant?',
    },
    { unique: { uq_sessions_token: 'token_hash' }, index: { ix_sessions_user: 'user_id, created_at' } },
  )
  await createTable(
    trx,
    'one_time_tokens',
    {
      id: 'text',
      purpose: 'text',
      user_id: 'ref users',
      email: 'text?',
      token_hash: 'text',
      expires_at: 'instant',
      used_at: 'instant?',
      created_at: 'instant',
    },
    {
      unique: { uq_one_time_tokens_hash: 'token_hash' },
      index: { ix_one_time_tokens_user: 'user_id, purpose' },
    },
  )
  await createTable(
    trx,
    'sign_ins',
    {
      id: 'text',
      realm_id: 'text',
      user_id: 'text?',
      email_key: 'text',
      outcome: 'text',
      address: 'text',
      agent: 'text',
      occurred_at: 'instant',
    },
    { index: { ix_sign_ins_user: 'user_id, id', ix_sign_ins_time: 'occurred_at' } },
  )
  await createTable(
    trx,
    'rate_limits',
    { name: 'text', subject: 'text', attempts: 'int', window_ends_at: 'instant' },
    { primary: 'name, subject', index: { ix_rate_limits_end: 'window_ends_at' } },
  )
  await createTable(
    trx,
    'roles',
    {
      id: 'text',
      name: 'text',
      permissions: 'json',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_roles_name: 'name' } },
  )
  await createTable(
    trx,
    'staff',
    {
      id: 'text',
      user_id: 'ref users',
      role_id: 'ref roles',
      brand_ids: 'json?',
      status: 'text',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_staff_user: 'user_id' } },
  )
  await createTable(
    trx,
    'api_keys',
    {
      id: 'text',
      name: 'text',
      hint: 'text',
      token_hash: 'text',
      user_id: 'ref users',
      client_id: 'text?',
      scopes: 'json',
      last_used_at: 'instant?',
      expires_at: 'instant?',
      revoked_at: 'instant?',
      created_at: 'instant',
    },
    { unique: { uq_api_keys_token: 'token_hash' }, index: { ix_api_keys_user: 'user_id' } },
  )
}

async function brands(trx: Trx): Promise<void> {
  await createTable(trx, 'sellers', {
    id: 'text',
    name: 'text',
    address: 'json',
    country: 'text',
    region: 'text?',
    tax_id: 'text?',
    email: 'text',
    legal_text: 'text?',
    version: 'int = 1',
    created_at: 'instant',
    updated_at: 'instant',
  })
  await createTable(
    trx,
    'brands',
    {
      id: 'text',
      realm_id: 'ref realms',
      seller_id: 'ref sellers',
      name: 'text',
      slug: 'text',
      hosts: 'json',
      currency: 'text',
      currencies: 'json',
      locale: 'text',
      zone: 'text',
      prices_include_tax: 'flag',
      sender: 'text',
      theme: "text = 'default'",
      colour: 'text?',
      status: 'text',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_brands_slug: 'slug' } },
  )
  await createTable(
    trx,
    'tax_rules',
    {
      id: 'text',
      seller_id: 'ref sellers',
      country: 'text',
      region: 'text?',
      tax_class: 'text',
      name: 'text',
      rate_ppm: 'int',
      starts_on: 'day',
      ends_on: 'day?',
      created_at: 'instant',
      updated_at: 'instant',
      version: 'int = 1',
    },
    { index: { ix_tax_rules_place: 'seller_id, country, tax_class' } },
  )
}

async function clients(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'clients',
    {
      id: 'text',
      brand_id: 'ref brands',
      kind: 'text',
      name: 'text',
      company: 'text?',
      email: 'text',
      phone: 'text?',
      address_1: 'text',
      address_2: 'text?',
      city: 'text',
      region: 'text?',
      postcode: 'text',
      country: 'text',
      tax_id: 'text?',
      tax_exempt: 'flag = 0',
      auto_charge: 'flag = 1',
      separate_invoices: 'flag = 0',
      currency: 'text',
      currency_fixed: 'flag = 0',
      locale: 'text',
      zone: 'text',
      search_text: "text = ''",
      status: 'text',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { index: { ix_clients_brand: 'brand_id, id', ix_clients_email: 'email' } },
  )
  await createTable(
    trx,
    'memberships',
    {
      id: 'text',
      client_id: 'ref clients',
      user_id: 'ref users',
      service_id: 'text?',
      rights: 'json',
      owner: 'flag',
      ends_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { index: { ix_memberships_user: 'user_id', ix_memberships_client: 'client_id' } },
  )
  await createTable(
    trx,
    'contacts',
    {
      id: 'text',
      client_id: 'ref clients',
      name: 'text',
      email: 'text',
      topics: 'json',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { index: { ix_contacts_client: 'client_id' } },
  )
  await createTable(
    trx,
    'client_notes',
    {
      id: 'text',
      client_id: 'ref clients',
      author: 'text',
      author_name: 'text',
      body: 'text',
      pinned: 'flag = 0',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { index: { ix_client_notes_client: 'client_id, id' } },
  )
}
