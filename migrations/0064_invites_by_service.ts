import { createTable, execute, type Trx } from '../core/db/index.ts'

/**
 * One address may be invited to several services of a client, and to the whole client besides. SQLite drops no
 * constraint of a table, so the table is made anew around its rows.
 */
export async function up(trx: Trx): Promise<void> {
  await execute(trx, 'create table kept_invites as select * from membership_invites')
  await execute(trx, 'drop table membership_invites')
  await createTable(
    trx,
    'membership_invites',
    {
      ...{ id: 'text', client_id: 'ref clients', email: 'text', email_key: 'text', rights: 'json' },
      ...{ service_id: 'text?', ends_at: 'instant?', token_hash: 'text', expires_at: 'instant' },
      ...{ invited_by: 'text', invited_by_name: 'text', created_at: 'instant' },
    },
    {
      unique: { uq_membership_invites_hash: 'token_hash' },
      uniqueWhere: { uq_membership_invites_offer: "client_id, email_key, coalesce(service_id, '')" },
    },
  )
  const columns =
    'id, client_id, email, email_key, rights, service_id, ends_at, token_hash, expires_at, invited_by, invited_by_name, created_at'
  await execute(trx, `insert into membership_invites (${columns}) select ${columns} from kept_invites`)
  await execute(trx, 'drop table kept_invites')
}
