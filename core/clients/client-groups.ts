import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, violatedUnique, type Queries, type Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import { invalidInput, NotFound, type Actor, type Instant } from '../kernel/index.ts'
import { defineVerb, demandCheck, findRow, updateVersioned, type Means } from '../records/index.ts'
import { changeAsking } from './change-asking.ts'
import { ClientGroupInUse } from './errors.ts'
import { findClient } from './find-client.ts'

/** Clients of a brand for whom the same prices and rules hold. */
export interface ClientGroup {
  id: string
  brand_id: string
  name: string
  note: string | null
  /** Null: default prices. */
  price_list_id: string | null
  retired_at: Instant | null
  version: number
  created_at: Instant
  updated_at: Instant
}

const audience = ['staff'] as const
const Id = Type.String({ minLength: 1, maxLength: 64 })
const Details = {
  name: Type.String({ minLength: 1, maxLength: 120 }),
  note: Type.Optional(Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()])),
  price_list_id: Type.Optional(Type.Union([Id, Type.Null()])),
}

/** Answers the new group's id. */
export const createClientGroup = defineVerb(
  {
    permission: 'client_group.create',
    asksNobody: 'it sets up the house; whom it puts into the group is asked about',
    audience,
    input: Type.Object({ brand_id: Id, ...Details }),
  },
  (means: Means, { brand_id, ...details }, actor): Promise<string> =>
    means.db.transaction(async (trx) => {
      await reachBrand(trx, actor, brand_id)
      await refuseForeignList(trx, brand_id, details.price_list_id)
      const id = means.newId('cgr')
      const now = means.business.now()
      const columns = {
        name: details.name.trim(),
        note: details.note ?? null,
        price_list_id: details.price_list_id ?? null,
      }
      const row = { id, brand_id, ...columns, created_at: now, updated_at: now }
      await refuseTaken(() => trx.insert('client_groups', [row]))
      const scope = { subject: id, brandId: brand_id }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'client_group.create', after: columns }])
      return id
    }),
)

/** Name, note and price list. What its clients have bought keeps its price; what they buy from now on has the new one. */
export const changeClientGroup = defineVerb(
  {
    permission: 'client_group.change',
    asksNobody: 'it sets up the house; whom it puts into the group is asked about',
    audience,
    input: Type.Object({ group_id: Id, ...Details }),
  },
  (means: Means, { group_id, ...details }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findClientGroup(trx, actor, group_id)
      await refuseForeignList(trx, row.brand_id, details.price_list_id)
      const set = {
        name: details.name.trim(),
        note: details.note === undefined ? row.note : details.note,
        price_list_id: details.price_list_id === undefined ? row.price_list_id : details.price_list_id,
      }
      await refuseTaken(() =>
        updateVersioned(means, trx, { table: 'client_groups', what: 'client group', row, set }),
      )
      const before = { name: row.name, note: row.note, price_list_id: row.price_list_id }
      const scope = { subject: row.id, brandId: row.brand_id }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'client_group.change', before, after: set }])
    }),
)

/** Refused while clients are in it: they would fall back to other prices without anybody having said so. */
export const retireClientGroup = defineVerb(
  {
    permission: 'client_group.retire',
    asksNobody: 'it sets up the house, and nobody is in the group',
    audience,
    input: Type.Object({ group_id: Id }),
  },
  (means: Means, { group_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findClientGroup(trx, actor, group_id)
      if (row.retired_at !== null) return
      const held = await trx.get<{ clients: number }>(
        sql`select count(*) as clients from clients where client_group_id = ${row.id}`,
      )
      if (held!.clients > 0) throw ClientGroupInUse({ name: row.name, clients: held!.clients })
      const set = { retired_at: means.business.now() }
      await updateVersioned(means, trx, { table: 'client_groups', what: 'client group', row, set })
      const scope = { subject: row.id, brandId: row.brand_id }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'client_group.retire', after: set }])
    }),
)

/** Puts a client into a group of its brand, or with null into none. */
export const groupClient = defineVerb(
  {
    permission: 'client.group',
    asks: ['client.change:check'],
    audience,
    input: Type.Object({ client_id: Id, group_id: Type.Union([Id, Type.Null()]) }),
  },
  (means: Means, { client_id, group_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const client = await findClient(trx, actor, client_id, 'client.group')
      if (client.client_group_id === group_id) return
      if (group_id !== null) {
        const group = await findClientGroup(trx, actor, group_id)
        if (group.brand_id !== client.brand_id)
          throw invalidInput({ group_id: 'belongs to another brand than the client' })
        if (group.retired_at !== null) throw invalidInput({ group_id: 'is retired; choose another' })
      }
      demandCheck(means, trx, actor, changeAsking(client, ['client_group_id']))
      const set = { client_group_id: group_id }
      await updateVersioned(means, trx, { table: 'clients', what: 'client', row: client, set })
      const scope = { subject: client.id, brandId: client.brand_id, clientId: client.id }
      const before = { client_group_id: client.client_group_id }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'client.group', before, after: set }])
      const body = { id: client.id, changed: ['client_group_id'] }
      await recordEvent(means, trx, actor, { ...scope, type: 'client.changed', body })
    }),
)

export const findClientGroup = (queries: Queries, actor: Actor, id: string): Promise<ClientGroup> =>
  findRow(queries, actor, { table: 'client_groups', what: 'client group', id, scope: { client: null } })

async function reachBrand(trx: Trx, actor: Actor, id: string): Promise<void> {
  await findRow(trx, actor, { table: 'brands', what: 'brand', id, scope: { client: null, brand: 'id' } })
}

async function refuseForeignList(
  trx: Trx,
  brandId: string,
  listId: string | null | undefined,
): Promise<void> {
  if (listId == null) return
  const list = await trx.get<{ retired_at: string | null }>(
    sql`select retired_at from price_lists where id = ${listId} and brand_id = ${brandId}`,
  )
  if (!list) throw NotFound({ what: 'price list', id: listId })
  if (list.retired_at !== null) throw invalidInput({ price_list_id: 'is retired; choose another' })
}

async function refuseTaken(write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violatedUnique(error) === null) throw error
    throw invalidInput({ name: 'is taken; choose another' })
  }
}
