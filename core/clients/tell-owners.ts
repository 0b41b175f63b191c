import { sql, type Trx } from '../db/index.ts'
import { enterMail, type User } from '../identity/index.ts'
import type { Means } from '../records/index.ts'

export interface Joined {
  membershipId: string
  clientId: string
  user: Pick<User, 'id' | 'name' | 'email'>
  invitedBy: string
}

/** Owners hear of everybody who may act for the client from now on: whoever invited may have been no owner, or no friend. */
export async function tellOwners(means: Means, trx: Trx, joined: Joined): Promise<void> {
  const { membershipId, clientId, user, invitedBy } = joined
  const owners = await trx.all<Pick<User, 'id' | 'name' | 'email' | 'locale'> & Told>(sql`
    select u.id, u.name, u.email, u.locale, c.brand_id, coalesce(c.company, c.name) as client
    from memberships m join users u on u.id = m.user_id join clients c on c.id = m.client_id
    where m.client_id = ${clientId} and m.owner = 1 and m.service_id is null and u.status = 'active'
      and (m.ends_at is null or m.ends_at > ${means.business.now()}) and u.id <> ${user.id} order by u.id`)
  for (const { id, brand_id: brandId, client, ...to } of owners)
    await enterMail(means, trx, {
      template: 'member-joined',
      ...{ to, brandId, clientId },
      data: {
        ...{ path: '/portal/account/people', client, invited_by: invitedBy },
        ...{ name: user.name, email: user.email },
      },
      key: `member-joined/${membershipId}/${id}`,
    })
}

interface Told {
  brand_id: string
  client: string
}
