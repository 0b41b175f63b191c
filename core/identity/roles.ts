import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { invalidInput, NotFound } from '../kernel/index.ts'
import { defineVerb, updateVersioned, type Means } from '../records/index.ts'
import { requireConfirmed } from './confirm.ts'
import { RoleInUse } from './errors.ts'
import { lockOwners, requireOwnerLeft } from './owners.ts'
import { requireHeld, requireKnown } from './permissions.ts'
import type { Role } from './rows.ts'

const Name = Type.String({ minLength: 1, maxLength: 60 })
const Permissions = Type.Array(Type.String({ pattern: '^(\\*|[a-z_]+\\.(\\*|[a-z_]+)|\\*\\.[a-z_]+)$' }), {
  maxItems: 500,
  uniqueItems: true,
})

export type ListedRole = Omit<Role, 'permissions'> & { permissions: string[]; staff: number }

export const listRoles = defineVerb(
  { permission: 'role.list', audience: ['staff'], input: Type.Object({}) },
  async (means: Means): Promise<ListedRole[]> => {
    const rows = await means.db.all<Role & { staff: number }>(sql`
      select r.*, (select count(*) from staff f where f.role_id = r.id) as staff from roles r order by r.name`)
    return rows.map((row) => ({ ...row, permissions: patternsOf(row) }))
  },
)

export const createRole = defineVerb(
  {
    permission: 'role.create',
    audience: ['staff'],
    input: Type.Object({ name: Name, permissions: Permissions }),
  },
  async (means: Means, { name, permissions }, actor): Promise<{ id: string }> => {
    requireConfirmed(means, actor)
    requireKnown(permissions, 'staff', 'permissions')
    requireHeld(actor, permissions)
    const now = means.business.now()
    const id = means.newId('rol')
    await means.db.transaction(async (trx) => {
      await refuseTakenName(trx, name, id)
      await trx.insert('roles', [
        { id, name, permissions: JSON.stringify(permissions), created_at: now, updated_at: now },
      ])
      await recordAudit(means, trx, actor, [
        { action: 'role.create', subject: id, after: { name, permissions } },
      ])
    })
    return { id }
  },
)

export const changeRole = defineVerb(
  {
    permission: 'role.change',
    audience: ['staff'],
    input: Type.Object({ role_id: Type.String(), name: Name, permissions: Permissions }),
  },
  async (means: Means, { role_id, name, permissions }, actor): Promise<void> => {
    requireConfirmed(means, actor)
    requireKnown(permissions, 'staff', 'permissions')
    await means.db.transaction(async (trx) => {
      await lockOwners(trx)
      const role = await readRole(trx, role_id)
      requireHeld(actor, [...permissions, ...patternsOf(role)])
      await refuseTakenName(trx, name, role.id)
      const set = { name, permissions: JSON.stringify(permissions) }
      await updateVersioned(means, trx, { table: 'roles', what: 'role', row: role, set })
      await requireOwnerLeft(trx)
      const before = { name: role.name, permissions: patternsOf(role) }
      await recordAudit(means, trx, actor, [
        { action: 'role.change', subject: role.id, before, after: { name, permissions } },
      ])
    })
  },
)

export const deleteRole = defineVerb(
  { permission: 'role.delete', audience: ['staff'], input: Type.Object({ role_id: Type.String() }) },
  async (means: Means, { role_id }, actor): Promise<void> => {
    requireConfirmed(means, actor)
    await means.db.transaction(async (trx) => {
      await lockOwners(trx)
      const role = await readRole(trx, role_id)
      requireHeld(actor, patternsOf(role))
      const used = await trx.get<{ staff: number }>(
        sql`select count(*) as staff from staff where role_id = ${role.id}`,
      )
      if (used!.staff > 0) throw RoleInUse({ staff: used!.staff })
      await trx.run(sql`delete from roles where id = ${role.id}`)
      const before = { name: role.name, permissions: patternsOf(role) }
      await recordAudit(means, trx, actor, [{ action: 'role.delete', subject: role.id, before }])
    })
  },
)

export async function readRole(queries: Queries, id: string): Promise<Role> {
  const role = await queries.get<Role>(sql`select * from roles where id = ${id}`)
  if (!role) throw NotFound({ what: 'role', id })
  return role
}

export const patternsOf = (role: Pick<Role, 'permissions'>): string[] =>
  JSON.parse(role.permissions) as string[]

async function refuseTakenName(queries: Queries, name: string, except: string): Promise<void> {
  const rival = await queries.get(sql`select id from roles where name = ${name} and id <> ${except}`)
  if (rival) throw invalidInput({ name: 'is the name of another role' })
}
