import { Type } from '../../sdk/index.ts'
import type { Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, defineVerb, type Means } from '../records/index.ts'
import { clientLifecycle } from './client-lifecycle.ts'
import { findClient } from './find-client.ts'
import type { Client } from './rows.ts'

const input = Type.Object({
  client_id: Type.String(),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
})
interface Wanted {
  client_id: string
  reason: string
}

export const suspendClient = defineVerb(
  { permission: 'client.suspend', asks: ['client.suspend:check'], audience: ['staff'], input },
  (means: Means, wanted, actor): Promise<Client> => move(means, 'suspend', wanted, actor),
)

export const reinstateClient = defineVerb(
  { permission: 'client.reinstate', asks: ['client.reinstate:check'], audience: ['staff'], input },
  (means: Means, wanted, actor): Promise<Client> => move(means, 'reinstate', wanted, actor),
)

/** Says nothing about services: what runs is ended by the verbs of services first. */
export const closeClient = defineVerb(
  { permission: 'client.close', asks: ['client.close:check'], audience: ['staff'], input },
  (means: Means, wanted, actor): Promise<Client> => move(means, 'close', wanted, actor),
)

export const reopenClient = defineVerb(
  { permission: 'client.reopen', asks: ['client.reopen:check'], audience: ['staff'], input },
  (means: Means, wanted, actor): Promise<Client> => move(means, 'reopen', wanted, actor),
)

type Move = keyof typeof clientLifecycle.transitions

function move(means: Means, transition: Move, wanted: Wanted, actor: Actor): Promise<Client> {
  return means.db.transaction((trx) => moveIn(means, trx, { ...wanted, transition }, actor))
}

/** The same in a transaction that is open already: clients who have had nothing for long are closed by themselves. */
export async function moveIn(
  means: Means,
  trx: Trx,
  { transition, client_id, reason }: Wanted & { transition: Move },
  actor: Actor,
): Promise<Client> {
  const client = await findClient(trx, actor, client_id, `client.${transition}`)
  const row = { ...client, client_id: client.id }
  const change = { reason }
  await applyTransition(means, trx, { lifecycle: clientLifecycle, row, name: transition, actor, change })
  return findClient(trx, actor, client_id, `client.${transition}`)
}
