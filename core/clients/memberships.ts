import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { forUpdate, sql, type Trx } from '../db/index.ts'
import { dropInvitesBy, findUserByEmail, requireKnown, Email } from '../identity/index.ts'
import { ChangedMeanwhile, instant, invalidInput, type Actor, type Instant } from '../kernel/index.ts'
import { defineVerb, demandCheck, updateVersioned, type Means } from '../records/index.ts'
import { addMembership } from './add-membership.ts'
import { changeAsking } from './change-asking.ts'
import { AlreadyMember, LastMember } from './errors.ts'
import { findClient, findOfClient } from './find-client.ts'
import { requireNotLonger, requireOthers, requireRightsHeld } from './own-rights.ts'
import type { Membership } from './rows.ts'

/** Patterns of rights, as "invoice.*". */
export const Rights = Type.Array(Type.String({ maxLength: 80 }), {
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
})
/** What plugins are told that changes of the client. */
const CHANGED = ['memberships']
export const EndsAt = Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()]))

export interface ListedMembership extends Omit<Membership, 'rights'> {
  rights: string[]
  name: string
  email: string
  last_seen_at: Instant | null
}

export const listMemberships = defineVerb(
  {
    permission: 'membership.list',
    audience: ['staff', 'client'],
    input: Type.Object({ client_id: Type.String() }),
  },
  async (means: Means, { client_id }, actor): Promise<ListedMembership[]> => {
    await findClient(means.db, actor, client_id, 'membership.list')
    const rows = await means.db.all<ListedMembership & { rights: string }>(sql`
      select m.*, u.name, u.email, u.last_seen_at from memberships m join users u on u.id = m.user_id
      where m.client_id = ${client_id} order by m.owner desc, u.name, m.id`)
    return rows.map((row) => ({ ...row, rights: JSON.parse(row.rights) as string[] }))
  },
)

/** By staff, because it tells whether an address has an account. Clients invite by mail. */
export const createMembership = defineVerb(
  {
    permission: 'membership.create',
    asks: ['client.change:check'],
    audience: ['staff'],
    input: Type.Object({
      client_id: Type.String(),
      email: Email,
      rights: Rights,
      owner: Type.Optional(Type.Boolean()),
      service_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      ends_at: EndsAt,
    }),
  },
  async (means: Means, input, actor): Promise<{ id: string }> => {
    requireKnown(input.rights, 'client', 'rights')
    return means.db.transaction(async (trx) => {
      const client = await findClient(trx, actor, input.client_id, 'membership.create')
      const user = await findMember(trx, client.brand_id, input.email)
      const serviceId = input.service_id ?? null
      await refuseSecond(trx, { clientId: client.id, userId: user.id, serviceId, email: input.email })
      await requireService(trx, client.id, serviceId)
      const owner = input.owner ?? false
      if (owner) refuseOwner(serviceId)
      const endsAt = input.ends_at ? instant(new Date(input.ends_at)) : null
      demandCheck(means, trx, actor, changeAsking(client, CHANGED))
      const { rights } = input
      const wanted = { clientId: client.id, userId: user.id, rights, owner, serviceId, endsAt }
      const id = await addMembership(means, trx, wanted)
      await recordAudit(means, trx, actor, [
        { action: 'membership.create', subject: id, clientId: client.id, after: wanted },
      ])
      return { id }
    })
  },
)

/** A client's user changes the rights of others alone, within the own ones and no longer than these last. */
export const changeMembership = defineVerb(
  {
    permission: 'membership.change',
    asks: ['client.change:check'],
    audience: ['staff', 'client'],
    input: Type.Object({
      membership_id: Type.String(),
      /** The version that was looked at; absent: whatever there is. */
      version: Type.Optional(Type.Integer()),
      rights: Rights,
      owner: Type.Optional(Type.Boolean()),
      ends_at: EndsAt,
    }),
  },
  async (means: Means, input, actor): Promise<void> => {
    requireKnown(input.rights, 'client', 'rights')
    await means.db.transaction(async (trx) => {
      const row = await findManaged(means, trx, actor, {
        id: input.membership_id,
        right: 'membership.change',
      })
      if (input.version !== undefined && input.version !== row.version)
        throw ChangedMeanwhile({ what: 'membership', id: row.id })
      await requireOthers(trx, actor, row)
      requireRightsHeld(actor, row.client_id, input.rights)
      if (input.owner) refuseOwner(row.service_id)
      const owner = row.service_id === null && (input.owner ?? row.owner === 1)
      if (owner && row.owner === 0) requireRightsHeld(actor, row.client_id, ['*'])
      const wantedEnd = input.ends_at ? instant(new Date(input.ends_at)) : null
      const ends_at = input.ends_at === undefined ? row.ends_at : wantedEnd
      await requireNotLonger(trx, actor, row.client_id, ends_at)
      const set = { rights: JSON.stringify(input.rights), owner: owner ? 1 : 0, ends_at }
      await updateVersioned(means, trx, { table: 'memberships', what: 'membership', row, set })
      await requireOwnerLeft(means, trx, row.client_id)
      await dropInvitesBy(trx, row.user_id, row.client_id)
      const before = { rights: row.rights, owner: row.owner, ends_at: row.ends_at }
      await recordAudit(means, trx, actor, [
        { action: 'membership.change', subject: row.id, clientId: row.client_id, before, after: set },
      ])
    })
  },
)

export const deleteMembership = defineVerb(
  {
    permission: 'membership.delete',
    asks: ['client.change:check'],
    audience: ['staff', 'client'],
    input: Type.Object({ membership_id: Type.String() }),
  },
  async (means: Means, { membership_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findManaged(means, trx, actor, { id: membership_id, right: 'membership.delete' })
      await trx.run(sql`delete from memberships where id = ${row.id}`)
      await dropInvitesBy(trx, row.user_id, row.client_id)
      await requireOwnerLeft(means, trx, row.client_id)
      await recordAudit(means, trx, actor, [
        { action: 'membership.delete', subject: row.id, clientId: row.client_id, before: row },
      ])
    }),
)

/**
 * The membership that is to change, about which plugins are asked, with the client's row locked so that two owners cannot
 * remove each other at once.
 */
async function findManaged(
  means: Means,
  trx: Trx,
  actor: Actor,
  { id, right }: { id: string; right: string },
): Promise<Membership> {
  const row = await findOfClient<Membership>(trx, actor, {
    table: 'memberships',
    what: 'membership',
    id,
    right,
  })
  requireRightsHeld(actor, row.client_id, JSON.parse(row.rights) as string[])
  const client = await findClient(trx, actor, row.client_id, right)
  demandCheck(means, trx, actor, changeAsking(client, CHANGED))
  await trx.run(sql`update clients set name = name where id = ${row.client_id}`)
  return row
}

/** An owner owns the whole client. */
function refuseOwner(serviceId: string | null): void {
  if (serviceId !== null) throw invalidInput({ owner: 'is for rights on the whole client' })
}

async function requireOwnerLeft(means: Means, trx: Trx, clientId: string): Promise<void> {
  const left = await trx.get<{ owners: number }>(sql`
    select count(*) as owners from memberships
    where client_id = ${clientId} and owner = 1 and service_id is null and (ends_at is null or ends_at > ${means.business.now()})`)
  if (left!.owners === 0) throw LastMember({})
}

/** The user of the brand's realm who has proved to hold this address; anybody may sign up with it. */
async function findMember(trx: Trx, brandId: string, email: string): Promise<{ id: string }> {
  const brand = await trx.get<{ realm_id: string }>(sql`select realm_id from brands where id = ${brandId}`)
  const user = await findUserByEmail(trx, brand!.realm_id, email)
  if (!user?.email_verified_at)
    throw invalidInput({ email: 'has no confirmed account here; invite the person' })
  return user
}

export async function refuseSecond(
  trx: Trx,
  wanted: { clientId: string; userId: string; serviceId: string | null; email: string },
): Promise<void> {
  const rival = await trx.get(sql`
    select id from memberships where client_id = ${wanted.clientId} and user_id = ${wanted.userId}
      and coalesce(service_id, '') = ${wanted.serviceId ?? ''}`)
  if (rival) throw AlreadyMember({ email: wanted.email })
}

/** The service is kept, so that it is not handed over before the right on it is written. */
export async function requireService(
  trx: Trx,
  clientId: string,
  serviceId: string | null,
): Promise<string | null> {
  if (serviceId === null) return null
  const service = await trx.get<{ label: string }>(sql`
    select label from services where id = ${serviceId} and client_id = ${clientId} ${forUpdate(trx.dialect)}`)
  if (!service) throw invalidInput({ service_id: 'is not a service of this client' })
  return service.label
}
