import { createTable, type Trx } from '../core/db/index.ts'

/** What servers list as their accounts, compared with the services that are billed. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'account_comparisons',
    {
      server_id: 'text',
      // Tells the newest comparison from one that it overtook.
      round: 'text',
      // Of the page that is asked for next; empty before the first.
      cursor: "text = ''",
      pages: 'int = 0',
      accounts: 'int = 0',
      problem: 'text?',
      started_at: 'instant',
      ended_at: 'instant?',
      // When the last one came to its end; what stands below is of then.
      compared_at: 'instant?',
    },
    { primary: 'server_id' },
  )
  await createTable(
    trx,
    'server_accounts',
    {
      id: 'text',
      server_id: 'ref servers',
      // Of the service; an account of nobody belongs to no brand.
      brand_id: 'text?',
      client_id: 'text?',
      service_id: 'text?',
      // Null for a service whose account is missing, as are external_id, state and product.
      remote_id: 'text?',
      external_id: 'text?',
      name: 'text',
      state: 'text?',
      product: 'text?',
      kind: 'text',
      differs: "json = '[]'",
      round: 'text',
      // Why staff leave it as it is.
      note: 'text?',
      noted_by: 'text?',
      problem: 'text?',
      found_at: 'instant',
    },
    {
      index: { ix_server_accounts_service: 'service_id', ix_server_accounts_kind: 'server_id, kind, id' },
      unique: { uq_server_accounts: 'server_id, remote_id' },
    },
  )
}
