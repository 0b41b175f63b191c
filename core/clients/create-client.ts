import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { findBrand, type Brand } from '../brands/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import { createUser, Email, enterMail, findUserByEmail, shutOutMaker } from '../identity/index.ts'
import { invalidInput, NotFound, type Actor } from '../kernel/index.ts'
import { defineVerb, demandCheck, type Asking, type Means } from '../records/index.ts'
import { addMembership } from './add-membership.ts'
import { Profile, profileColumns, searchText } from './profile.ts'
import type { Client } from './rows.ts'

/** By staff. With `owner_email` that user, new or known in the realm, becomes the owner and is told by mail. */
export const createClient = defineVerb(
  {
    permission: 'client.create',
    asks: ['client.create:check'],
    audience: ['staff'],
    input: Type.Object({
      brand_id: Type.String(),
      currency: Type.Optional(Type.String()),
      owner_email: Type.Optional(Email),
      profile: Profile,
    }),
  },
  async (means: Means, input, actor): Promise<Client> => {
    requireBrandReach(actor, input.brand_id)
    return means.db.transaction(async (trx) => {
      const brand = await findBrand(trx, input.brand_id)
      const { profile } = input
      const client = await addClient(means, trx, { brand, profile, currency: input.currency }, actor)
      if (input.owner_email !== undefined)
        await addOwner(means, trx, { brand, client, email: input.owner_email }, actor)
      return client
    })
  },
)

export interface NewClient {
  brand: Brand
  profile: Profile
  /** Absent: the brand's own. */
  currency?: string | undefined
}

/** Adds who is billed, with audit and event. Sign-up, checkout and imports call it in their own transaction. */
export async function addClient(means: Means, trx: Trx, wanted: NewClient, actor: Actor): Promise<Client> {
  const { brand, profile } = wanted
  const currency = wanted.currency ?? brand.currency
  if (!brand.currencies.includes(currency))
    throw invalidInput({ currency: `must be one of ${brand.currencies.join(', ')}` })
  const columns = profileColumns(profile, emptyProfile(brand))
  demandCheck(means, trx, actor, addition(brand, { ...columns, currency }))
  const id = means.newId('cli')
  const now = means.business.now()
  const row = {
    ...{ id, brand_id: brand.id, currency, status: 'active', created_at: now, updated_at: now },
    ...columns,
    search_text: searchText({ id, ...columns }),
  }
  await trx.insert('clients', [row])
  const scope = { subject: id, brandId: brand.id, clientId: id }
  await recordAudit(means, trx, actor, [
    { ...scope, action: 'client.create', after: { ...columns, currency } },
  ])
  const body = { id, brand_id: brand.id, country: columns.country, currency }
  await recordEvent(means, trx, actor, { ...scope, type: 'client.created', body })
  return (await trx.get<Client>(sql`select * from clients where id = ${id}`))!
}

/** Nobody has an id yet: what plugins may know stands in the facts. Of the address only where its mail goes. */
function addition(
  brand: Brand,
  { kind, country, currency, email }: Record<'kind' | 'country' | 'currency' | 'email', string>,
): Asking {
  const facts = { kind, country, currency, email_host: email.slice(email.lastIndexOf('@') + 1).toLowerCase() }
  const row = { id: brand.id, version: 0, brand_id: brand.id }
  return { noun: 'client', transition: 'create', from: 'none', to: 'active', row, facts }
}

function emptyProfile(brand: Brand) {
  return {
    ...{ kind: 'person' as const, name: '', company: null, email: '', phone: null },
    ...{ address_1: '', address_2: null, city: '', region: null, postcode: '', country: '', tax_id: null },
    ...{ locale: brand.locale, zone: brand.zone },
  }
}

async function addOwner(
  means: Means,
  trx: Trx,
  { brand, client, email }: { brand: Brand; client: Client; email: string },
  actor: Actor,
): Promise<void> {
  const { realm_id: realmId } = brand
  const known = await findUserByEmail(trx, realmId, email)
  if (known) await shutOutMaker(means, trx, known, actor)
  const fresh = { realmId, email, name: client.name, passwordHash: null, locale: client.locale }
  const user = known ?? (await createUser(means, trx, fresh))
  await addMembership(means, trx, { clientId: client.id, userId: user.id, rights: ['*'], owner: true })
  await enterMail(means, trx, {
    template: 'client-account',
    to: user,
    brandId: brand.id,
    clientId: client.id,
    data: {
      client: client.company ?? client.name,
      has_password: user.password_hash !== null && user.email_verified_at !== null,
      path: '/reset',
    },
    key: `client-account/${client.id}/${user.id}`,
  })
}

function requireBrandReach(actor: Actor, brandId: string): void {
  if (actor.kind === 'system' || actor.brandIds === 'all' || actor.brandIds.includes(brandId)) return
  throw NotFound({ what: 'brand', id: brandId })
}

/** From the first issued document on the currency stays. Called by whoever issues one, in its transaction. */
export async function fixCurrency(trx: Trx, clientId: string): Promise<void> {
  await trx.run(sql`update clients set currency_fixed = 1 where id = ${clientId} and currency_fixed = 0`)
}
