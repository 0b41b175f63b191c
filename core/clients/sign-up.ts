import { Type } from '../../sdk/index.ts'
import { findBrand, Locale, type Brand } from '../brands/index.ts'
import type { Trx } from '../db/index.ts'
import {
  countAttempts,
  createUser,
  EmailTaken,
  enterMail,
  findUserByEmail,
  hashPassword,
  limits,
  requireGoodPassword,
  sendVerification,
  type User,
} from '../identity/index.ts'
import { BerthError, NotFound, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { addMembership } from './add-membership.ts'
import { addClient } from './create-client.ts'
import { Profile } from './profile.ts'
import type { Client } from './rows.ts'

/** `locale` and `currency` are those of the page. */
const input = Type.Object({
  brand_id: Type.String(),
  password: Type.String(),
  currency: Type.Optional(Type.String()),
  locale: Type.Optional(Locale),
  profile: Profile,
})

/**
 * A user, a client and its owner, in one transaction. The answer does not tell whether the address had an account:
 * its owner gets a mail that says so instead of the link.
 */
export const signUp = defineVerb(
  { permission: 'client.sign_up', asks: ['client.create:check'], audience: ['guest'], input },
  async (means: Means, wanted, actor): Promise<void> => {
    await countAttempts(means, [[limits.signUpByAddress, actor.address ?? 'unknown']])
    const brand = await brandOfGuest(means, wanted.brand_id, actor)
    const registration = await prepareRegistration({ ...wanted, brand })
    await means.db
      .transaction((trx) => registerClient(means, trx, registration, actor))
      .catch((error: unknown) => {
        if (!isTaken(error)) throw error
        return means.db.transaction((trx) => tellOwner(means, trx, brand, wanted.profile.email))
      })
  },
)

export interface Registration {
  brand: Brand
  profile: Profile
  passwordHash: string
  currency?: string | undefined
}

/** Checks and hashes the password: slow, so before the transaction. */
export async function prepareRegistration(wanted: {
  brand: Brand
  profile: Profile
  password: string
  currency?: string
  locale?: string
}): Promise<Registration> {
  const { brand, profile, currency } = wanted
  requireGoodPassword(wanted.password, profile)
  const locale = profile.locale ?? wanted.locale ?? brand.locale
  const passwordHash = await hashPassword(wanted.password)
  return { brand, profile: { ...profile, locale }, passwordHash, currency }
}

/** Checkout calls it in the transaction of the order. Throws EmailTaken, and then says "sign in" to the visitor. */
export async function registerClient(
  means: Means,
  trx: Trx,
  registration: Registration,
  actor: Actor,
): Promise<{ user: User; client: Client }> {
  const { brand, profile, passwordHash, currency } = registration
  const user = await createUser(means, trx, {
    realmId: brand.realm_id,
    email: profile.email,
    name: profile.name,
    passwordHash,
    locale: profile.locale ?? brand.locale,
  })
  const client = await addClient(means, trx, { brand, profile, currency }, actor)
  await addMembership(means, trx, { clientId: client.id, userId: user.id, rights: ['*'], owner: true })
  await sendVerification(means, trx, { user, email: user.email, brandId: brand.id })
  return { user, client }
}

async function brandOfGuest(means: Means, brandId: string, actor: Actor): Promise<Brand> {
  const brand = await findBrand(means.db, brandId)
  const reached = actor.brandIds === 'all' || actor.brandIds.includes(brandId)
  if (!reached || brand.status !== 'active') throw NotFound({ what: 'brand', id: brandId })
  return brand
}

async function tellOwner(means: Means, trx: Trx, brand: Brand, email: string): Promise<void> {
  const user = await findUserByEmail(trx, brand.realm_id, email)
  if (!user) return
  const key = `account-exists/${means.newId('req')}`
  await enterMail(means, trx, {
    template: 'account-exists',
    to: user,
    brandId: brand.id,
    data: { path: '/sign-in', reset_path: '/reset' },
    key,
  })
}

function isTaken(error: unknown): boolean {
  return error instanceof BerthError && error.code === EmailTaken.code
}
