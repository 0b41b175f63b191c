import { createTable, type Trx } from '../core/db/index.ts'

/** Who was asked by mail to act for a client, with which rights, until the link is followed or withdrawn. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'membership_invites',
    {
      ...{
        id: 'text',
        client_id: 'ref clients',
        email: 'text',
        email_key: 'text',
        rights: 'json',
        service_id: 'text?',
      },
      // End of the membership that is offered, by the business clock; `expires_at` is that of the link.
      ...{ ends_at: 'instant?', token_hash: 'text', expires_at: 'instant' },
      // usr_… or key_…: whose rights it was given from.
      ...{ invited_by: 'text', invited_by_name: 'text', created_at: 'instant' },
    },
    {
      unique: {
        uq_membership_invites_hash: 'token_hash',
        uq_membership_invites_address: 'client_id, email_key',
      },
    },
  )
}
