import { hash } from '@node-rs/argon2'
import { instant, type Actor } from '../../core/kernel/index.ts'
import type { Means } from '../../core/records/index.ts'

/** Rows for tests, inserted as they are, without a verb. Every maker takes the columns that a test cares about. */
export const PASSWORD = 'plum-anchor-violet-42'

/** One hash for all users of a process: hashing is slow on purpose. */
const hashed = hash(PASSWORD)

export async function makeRealm(means: Means, columns: { kind?: string; name?: string } = {}) {
  const row = {
    id: means.newId('rlm'),
    kind: 'clients',
    name: 'Customers',
    created_at: means.business.now(),
    ...columns,
  }
  await means.db.insert('realms', [row])
  return row
}

export async function makeSeller(
  means: Means,
  columns: Partial<{ name: string; country: string; region: string | null; tax_id: string | null }> = {},
) {
  const row = {
    id: means.newId('sel'),
    name: 'Kontor Hosting GmbH',
    address: JSON.stringify({ lines: ['Hafenstr. 1'], postcode: '20457', city: 'Hamburg' }),
    country: 'DE',
    region: null as string | null,
    tax_id: 'DE123456789' as string | null,
    email: 'billing@kontor.example',
    legal_text: null as string | null,
    ...stamps(means),
    ...columns,
  }
  await means.db.insert('sellers', [row])
  return row
}

export interface BrandColumns {
  locale: string
  realm_id: string
  seller_id: string
  name: string
  slug: string
  hosts: string
  currency: string
  currencies: string
  prices_include_tax: number
  zone: string
}

/** A brand that sells in EUR, USD and IDR at net prices, by the days of Berlin. Makes its realm and seller if need be. */
export async function makeBrand(means: Means, columns: Partial<BrandColumns> = {}) {
  const id = means.newId('brd')
  const row = {
    id,
    realm_id: columns.realm_id ?? (await makeRealm(means)).id,
    seller_id: columns.seller_id ?? (await makeSeller(means)).id,
    name: 'Kontor',
    slug: id.slice(-12),
    hosts: JSON.stringify([`${id.slice(-12)}.example`]),
    currency: 'EUR',
    currencies: JSON.stringify(['EUR', 'USD', 'IDR']),
    locale: 'en',
    zone: 'Europe/Berlin',
    prices_include_tax: 0,
    sender: 'Kontor <hello@kontor.example>',
    theme: 'default',
    colour: null as string | null,
    status: 'active',
    ...stamps(means),
    ...columns,
  }
  await means.db.insert('brands', [row])
  return row
}

export interface ClientColumns {
  brand_id: string
  kind: string
  name: string
  company: string | null
  email: string
  region: string | null
  postcode: string
  country: string
  tax_id: string | null
  tax_exempt: number
  auto_charge: number
  separate_invoices: number
  currency: string
  currency_fixed: number
  status: string
}

export async function makeClient(means: Means, columns: Partial<ClientColumns> = {}) {
  const id = means.newId('cli')
  const row = {
    id,
    brand_id: columns.brand_id ?? (await makeBrand(means)).id,
    kind: 'person',
    name: 'Ada Quay',
    company: null as string | null,
    email: `${id}@client.example`,
    phone: null as string | null,
    address_1: 'Kai 7',
    address_2: null as string | null,
    city: 'Bremen',
    region: null as string | null,
    postcode: '28195',
    country: 'DE',
    tax_id: null as string | null,
    tax_exempt: 0,
    auto_charge: 1,
    separate_invoices: 0,
    currency: 'EUR',
    currency_fixed: 0,
    locale: 'en',
    zone: 'Europe/Berlin',
    search_text: '',
    status: 'active',
    ...stamps(means),
    ...columns,
  }
  row.search_text = [row.name, row.company ?? '', row.email, id].join(' ').toLowerCase()
  await means.db.insert('clients', [row])
  return row
}

export interface UserColumns {
  realm_id: string
  email: string
  email_key: string
  name: string
  password_hash: string | null
  email_verified_at: string | null
  status: string
}

/** A verified user who signs in with PASSWORD. */
export async function makeUser(means: Means, columns: Partial<UserColumns> = {}) {
  const id = means.newId('usr')
  const email = columns.email ?? `${id}@user.example`
  const row = {
    id,
    realm_id: columns.realm_id ?? (await makeRealm(means)).id,
    email,
    email_key: email.toLowerCase(),
    name: 'Ada Quay',
    password_hash: (await hashed) as string | null,
    email_verified_at: means.business.now() as string | null,
    locale: 'en',
    theme: 'system',
    status: 'active',
    last_seen_at: null as string | null,
    ...stamps(means),
    ...columns,
  }
  await means.db.insert('users', [row])
  return row
}

export async function makeMembership(
  means: Means,
  columns: {
    client_id: string
    user_id: string
    service_id?: string | null
    rights?: readonly string[]
    owner?: number
    ends_at?: string | null
  },
) {
  const row = {
    id: means.newId('mem'),
    service_id: null as string | null,
    owner: 1,
    ends_at: null as string | null,
    ...stamps(means),
    ...columns,
    rights: JSON.stringify(columns.rights ?? ['*']),
  }
  await means.db.insert('memberships', [row])
  return row
}

export async function makeRole(means: Means, permissions: readonly string[] = ['*'], name?: string) {
  const id = means.newId('rol')
  const row = { id, name: name ?? id, permissions: JSON.stringify(permissions), ...stamps(means) }
  await means.db.insert('roles', [row])
  return row
}

/** A staff member with a user and a role of their own, in a realm for staff. */
export async function makeStaff(
  means: Means,
  options: { permissions?: readonly string[]; realm_id?: string; role_id?: string; status?: string } = {},
) {
  const realm_id = options.realm_id ?? (await makeRealm(means, { kind: 'staff', name: 'Staff' })).id
  const user = await makeUser(means, { realm_id })
  const row = {
    id: means.newId('stf'),
    user_id: user.id,
    role_id: options.role_id ?? (await makeRole(means, options.permissions)).id,
    status: options.status ?? 'active',
    ...stamps(means),
  }
  await means.db.insert('staff', [row])
  return { ...row, user }
}

/** Who acts: a staff member of all brands, who has confirmed with the password and may do what asks for it. */
export function staffActor(permissions: readonly string[] = ['*'], id = 'usr_staff'): Actor {
  const confirmedAt = instant(Date.UTC(2100, 0, 1))
  return { kind: 'staff', id, name: 'Staff', permissions, brandIds: 'all', grants: [], confirmedAt }
}

/** A user who holds these rights on one client, or on one service of it. */
export function clientActor(
  clientId: string,
  options: { id?: string; rights?: readonly string[]; serviceId?: string | null; brandId?: string } = {},
): Actor {
  const grant = { clientId, serviceId: options.serviceId ?? null, rights: options.rights ?? ['*'] }
  return {
    kind: 'client',
    id: options.id ?? 'usr_client',
    name: 'Ada Quay',
    permissions: [],
    brandIds: options.brandId ? [options.brandId] : [],
    grants: [grant],
  }
}

function stamps(means: Means) {
  const now: string = means.business.now()
  return { version: 1, created_at: now, updated_at: now }
}
