import { addColumn, execute, type Trx } from '../core/db/index.ts'

/** How much room a server has, as its plugin told it last and when; and values of options that stand for a server group. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'servers', 'told_capacity', 'json?')
  // Worked out of it: accounts that fit (none: no limit), and the places within it that are full.
  await addColumn(trx, 'servers', 'told_free', 'int?')
  await addColumn(trx, 'servers', 'told_full', "json = '[]'")
  await addColumn(trx, 'servers', 'told_at', 'instant?')
  await addColumn(trx, 'option_values', 'server_group_id', 'text?')
  // Those that will take a place of their group, and have no server yet.
  await execute(
    trx,
    `create index ix_services_unplaced on services (server_group_id)
     where server_id is null and server_group_id is not null and billing_status <> 'ended'`,
  )
}
