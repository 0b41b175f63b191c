import { sql, type Trx } from '../db/index.ts'
import { invalidInput } from '../kernel/index.ts'

/** A value that stands for a group of servers names one that there is. */
export async function demandServerGroup(trx: Trx, id: string | null | undefined): Promise<void> {
  if (id == null) return
  const found = await trx.get(sql`select id from server_groups where id = ${id}`)
  if (!found) throw invalidInput({ server_group_id: 'is not a server group' })
}
