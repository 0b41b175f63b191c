import { sql } from '../../../core/db/index.ts'
import { newSecretToken } from '../../../core/identity/index.ts'
import type { TestMeans } from '../../support/means.ts'

export interface PeopleRows {
  contact: string
  membership: string
  invitation: string
  /** Secret of the invitation's link. */
  inviteToken: string
}

/** A contact of the client, its member, and somebody who is asked to become one. */
export async function makePeopleRows(
  means: TestMeans,
  ids: { client: string; user: string },
): Promise<PeopleRows> {
  const at = means.business.now()
  const [contact, invitation] = [means.newId('cnt'), means.newId('mei')]
  const { token, hash } = newSecretToken()
  await means.db.insert('contacts', [
    {
      ...{ id: contact, client_id: ids.client, name: 'Books', email: 'books@quay.example' },
      ...{ topics: '["invoices"]', created_at: at, updated_at: at },
    },
  ])
  await means.db.insert('membership_invites', [
    {
      ...{ id: invitation, client_id: ids.client, email: 'in@quay.example', email_key: 'in@quay.example' },
      ...{ rights: '["*.read"]', token_hash: hash, expires_at: '2100-01-01T00:00:00.000Z' },
      ...{ invited_by: ids.user, invited_by_name: 'Ada Quay', created_at: at },
    },
  ])
  const membership = (await means.db.get<{ id: string }>(
    sql`select id from memberships where client_id = ${ids.client} and user_id = ${ids.user}`,
  ))!.id
  return { contact, membership, invitation, inviteToken: token }
}
