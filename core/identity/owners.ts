import { sql, type Queries, type Trx } from '../db/index.ts'
import { LastOwner } from './errors.ts'

/** Changes of who is an owner happen one after the other, or two owners could remove each other at once. */
export async function lockOwners(trx: Trx): Promise<void> {
  await trx.run(sql`update realms set name = name where kind = 'staff'`)
}

/** Called at the end of a change: an active staff member with all permissions in all brands must be left. */
export async function requireOwnerLeft(queries: Queries): Promise<void> {
  const holders = await queries.all<{ permissions: string }>(sql`
    select r.permissions from staff f join roles r on r.id = f.role_id join users u on u.id = f.user_id
    where f.status = 'active' and u.status = 'active' and f.brand_ids is null`)
  const owners = holders.filter(({ permissions }) => (JSON.parse(permissions) as string[]).includes('*'))
  if (owners.length === 0) throw LastOwner({})
}
