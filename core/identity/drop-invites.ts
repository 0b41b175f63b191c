import { sql, type Trx } from '../db/index.ts'

/** What the user offered to others is offered no more: in the name of one client, or of all. */
export async function dropInvitesBy(trx: Trx, userId: string, clientId?: string): Promise<void> {
  const ofClient = clientId === undefined ? sql`1 = 1` : sql`client_id = ${clientId}`
  await trx.run(sql`
    delete from membership_invites where ${ofClient}
      and (invited_by = ${userId} or invited_by in (select id from api_keys where user_id = ${userId}))`)
}
