import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import type { Trx } from '../db/index.ts'
import {
  addDefaultRoles,
  addStaff,
  closeSetUp,
  countAttempts,
  createUser,
  Email,
  hashPassword,
  limits,
  requireGoodPassword,
  SetUpTokenWrong,
} from '../identity/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { addBrand } from './brands.ts'
import { addSeller } from './sellers.ts'
import { BrandInput, SellerInput } from './shapes.ts'

const Kind = Type.Union([Type.Literal('real'), Type.Literal('test'), Type.Literal('sample')])

export interface SetUp {
  owner_user_id: string
  staff_realm_id: string
  realm_id: string
  seller_id: string
  brand_id: string
}

/**
 * The first staff owner, the first seller and brand. Works once: with the printed token from the page, without one
 * from the command line (the system). `kind` counts only when no start has written the installation yet.
 */
export const setUpInstallation = defineVerb(
  {
    permission: 'installation.set_up',
    audience: ['guest'],
    input: Type.Object({
      token: Type.Optional(Type.String({ maxLength: 100 })),
      kind: Type.Optional(Kind),
      owner: Type.Object({
        name: Type.String({ minLength: 1, maxLength: 120 }),
        email: Email,
        password: Type.String(),
      }),
      seller: SellerInput,
      brand: BrandInput,
    }),
  },
  async (means: Means, input, actor): Promise<SetUp> => {
    const { owner, seller, brand } = input
    const token = actor.kind === 'system' ? null : (input.token ?? '')
    if (token === '') throw SetUpTokenWrong({})
    if (token !== null) await countAttempts(means, [[limits.setUp, actor.address ?? 'unknown']])
    requireGoodPassword(owner.password, owner)
    const passwordHash = await hashPassword(owner.password)
    return means.db.transaction(async (trx) => {
      await closeSetUp(means, trx, { token, kind: input.kind ?? 'real' })
      const staffRealmId = await addRealm(means, trx, 'staff', 'Staff')
      const realmId = await addRealm(means, trx, 'clients', brand.name)
      const first = { realmId: staffRealmId, name: owner.name, email: owner.email, passwordHash }
      const user = await createUser(means, trx, { ...first, locale: brand.locale })
      const roleId = await addDefaultRoles(means, trx)
      await addStaff(means, trx, { userId: user.id, roleId, brandIds: null })
      const { id: sellerId } = await addSeller(means, trx, seller)
      const { id: brandId } = await addBrand(means, trx, { ...brand, realm_id: realmId, seller_id: sellerId })
      const made = {
        owner_user_id: user.id,
        staff_realm_id: staffRealmId,
        realm_id: realmId,
        seller_id: sellerId,
        brand_id: brandId,
      }
      await recordAudit(means, trx, actor, [
        { action: 'installation.set_up', subject: 'installation', after: made },
      ])
      return made
    })
  },
)

async function addRealm(
  means: Means,
  trx: Trx,
  kind: 'staff' | 'clients',
  realmName: string,
): Promise<string> {
  const id = means.newId('rlm')
  await trx.insert('realms', [{ id, kind, name: realmName, created_at: means.business.now() }])
  return id
}
