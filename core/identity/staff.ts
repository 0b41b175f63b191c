import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Queries, type Trx } from '../db/index.ts'
import { invalidInput, NotFound, type Actor, type Instant } from '../kernel/index.ts'
import { applyTransition, defineVerb, updateVersioned, type Means } from '../records/index.ts'
import { requireConfirmed } from './confirm.ts'
import { createUser } from './create-user.ts'
import { Email } from './email-key.ts'
import { enterMail } from './identity-mail.ts'
import { INVITE_MINUTES, issueToken } from './one-time-tokens.ts'
import { lockOwners, requireOwnerLeft } from './owners.ts'
import { requireBrandsHeld, requireHeld } from './permissions.ts'
import { patternsOf, readRole } from './roles.ts'
import type { Realm, StaffMember, User } from './rows.ts'
import { endSessions } from './sessions.ts'
import { staffLifecycle } from './user-lifecycle.ts'

const BrandIds = Type.Union([Type.Array(Type.String(), { minItems: 1, uniqueItems: true }), Type.Null()])

export interface ListedStaff extends StaffMember {
  name: string
  email: string
  role: string
  last_seen_at: Instant | null
}

export const listStaff = defineVerb(
  { permission: 'staff.list', audience: ['staff'], input: Type.Object({}) },
  (means: Means): Promise<ListedStaff[]> =>
    means.db.all(sql`
      select f.*, u.name, u.email, u.last_seen_at, r.name as role from staff f
      join users u on u.id = f.user_id join roles r on r.id = f.role_id order by u.name, f.id`),
)

/** The new member gets a link to set the first password; it holds three days and can be sent again as a reset. */
export const createStaff = defineVerb(
  {
    permission: 'staff.create',
    audience: ['staff'],
    input: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 120 }),
      email: Email,
      role_id: Type.String(),
      brand_ids: Type.Optional(BrandIds),
    }),
  },
  async (means: Means, input, actor): Promise<{ id: string; user_id: string }> => {
    requireConfirmed(means, actor)
    const brandIds = input.brand_ids ?? null
    return means.db.transaction(async (trx) => {
      requireHeld(actor, patternsOf(await readRole(trx, input.role_id)))
      await requireBrands(trx, actor, brandIds)
      const { id: realmId } = await staffRealm(trx)
      const { name, email } = input
      const user = await createUser(means, trx, { realmId, name, email, passwordHash: null, locale: 'en' })
      const id = await addStaff(means, trx, { userId: user.id, roleId: input.role_id, brandIds })
      const after = { user_id: user.id, role_id: input.role_id, brand_ids: brandIds }
      await recordAudit(means, trx, actor, [{ action: 'staff.create', subject: id, after }])
      await invite(means, trx, user, actor)
      return { id, user_id: user.id }
    })
  },
)

export const changeStaff = defineVerb(
  {
    permission: 'staff.change',
    audience: ['staff'],
    input: Type.Object({
      staff_id: Type.String(),
      role_id: Type.String(),
      brand_ids: Type.Optional(BrandIds),
    }),
  },
  async (means: Means, input, actor): Promise<void> => {
    requireConfirmed(means, actor)
    const brandIds = input.brand_ids ?? null
    await means.db.transaction(async (trx) => {
      await lockOwners(trx)
      const member = await readManaged(trx, input.staff_id, actor)
      requireHeld(actor, patternsOf(await readRole(trx, input.role_id)))
      await requireBrands(trx, actor, brandIds)
      const set = { role_id: input.role_id, brand_ids: brandIds && JSON.stringify(brandIds) }
      await updateVersioned(means, trx, { table: 'staff', what: 'staff member', row: member, set })
      await requireOwnerLeft(trx)
      const before = { role_id: member.role_id, brand_ids: member.brand_ids }
      await recordAudit(means, trx, actor, [
        { action: 'staff.change', subject: member.id, before, after: set },
      ])
    })
  },
)

const One = Type.Object({
  staff_id: Type.String(),
  reason: Type.Optional(Type.String({ maxLength: 500 })),
})

/** Ends the sessions, too; API keys of the member stop working by themselves. */
export const disableStaff = defineVerb(
  { permission: 'staff.disable', asks: ['staff.disable:check'], audience: ['staff'], input: One },
  async (means: Means, { staff_id, reason }, actor): Promise<void> => {
    requireConfirmed(means, actor)
    await means.db.transaction(async (trx) => {
      await lockOwners(trx)
      const row = await readManaged(trx, staff_id, actor)
      const change = reason === undefined ? {} : { reason }
      await applyTransition(means, trx, { lifecycle: staffLifecycle, row, name: 'disable', actor, change })
      await endSessions(means, trx, row.user_id)
      await requireOwnerLeft(trx)
    })
  },
)

export const enableStaff = defineVerb(
  { permission: 'staff.enable', asks: ['staff.enable:check'], audience: ['staff'], input: One },
  async (means: Means, { staff_id, reason }, actor): Promise<void> => {
    requireConfirmed(means, actor)
    await means.db.transaction(async (trx) => {
      const row = await readManaged(trx, staff_id, actor)
      const change = reason === undefined ? {} : { reason }
      await applyTransition(means, trx, { lifecycle: staffLifecycle, row, name: 'enable', actor, change })
    })
  },
)

/** There is one realm of staff in an installation. */
export async function staffRealm(queries: Queries): Promise<Realm> {
  const realm = await queries.get<Realm>(sql`select * from realms where kind = 'staff'`)
  if (!realm) throw NotFound({ what: 'realm', id: 'staff' })
  return realm
}

export async function addStaff(
  means: Means,
  trx: Trx,
  wanted: { userId: string; roleId: string; brandIds: readonly string[] | null },
): Promise<string> {
  const id = means.newId('stf')
  const now = means.business.now()
  const brand_ids = wanted.brandIds && JSON.stringify(wanted.brandIds)
  const { userId: user_id, roleId: role_id } = wanted
  await trx.insert('staff', [
    { id, user_id, role_id, brand_ids, status: 'active', created_at: now, updated_at: now },
  ])
  return id
}

/** A member whom the actor may manage: nobody manages somebody who may do more. */
async function readManaged(trx: Trx, id: string, actor: Actor): Promise<StaffMember> {
  const member = await trx.get<StaffMember>(sql`select * from staff where id = ${id}`)
  if (!member) throw NotFound({ what: 'staff member', id })
  requireHeld(actor, patternsOf(await readRole(trx, member.role_id)))
  requireBrandsHeld(actor, member.brand_ids === null ? null : (JSON.parse(member.brand_ids) as string[]))
  return member
}

async function requireBrands(queries: Queries, actor: Actor, ids: readonly string[] | null): Promise<void> {
  requireBrandsHeld(actor, ids)
  const known = new Set((await queries.all<{ id: string }>(sql`select id from brands`)).map(({ id }) => id))
  const lost = ids?.find((id) => !known.has(id))
  if (lost !== undefined) throw invalidInput({ brand_ids: `there is no brand "${lost}"` })
}

async function invite(means: Means, trx: Trx, user: User, actor: Actor): Promise<void> {
  const { id, token, expires_at } = await issueToken(means, trx, {
    purpose: 'reset_password',
    userId: user.id,
    email: user.email,
    minutes: INVITE_MINUTES,
  })
  const data = { path: `/admin/reset/${token}`, expires_at, invited_by: actor.name }
  await enterMail(means, trx, {
    template: 'staff-invite',
    to: user,
    brandId: null,
    data,
    key: `staff-invite/${id}`,
  })
}
