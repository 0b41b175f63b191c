import type { Trx } from '../db/index.ts'
import type { Instant } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'

export interface NewMembership {
  clientId: string
  userId: string
  rights: readonly string[]
  owner: boolean
  serviceId?: string | null
  endsAt?: Instant | null
}

export async function addMembership(means: Means, trx: Trx, wanted: NewMembership): Promise<string> {
  const id = means.newId('mem')
  const now = means.business.now()
  await trx.insert('memberships', [
    {
      id,
      client_id: wanted.clientId,
      user_id: wanted.userId,
      service_id: wanted.serviceId ?? null,
      rights: JSON.stringify(wanted.rights),
      owner: wanted.owner ? 1 : 0,
      ends_at: wanted.endsAt ?? null,
      created_at: now,
      updated_at: now,
    },
  ])
  return id
}
