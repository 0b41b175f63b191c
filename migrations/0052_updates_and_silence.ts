import { addColumn, type Trx } from '../core/db/index.ts'

export async function up(trx: Trx): Promise<void> {
  /** Why an update that came with Berth was not entered: {"version", "reason"}. */
  await addColumn(trx, 'plugins', 'held_back', 'text?')
  /** How often in a row a server has not answered when it was asked how it is. */
  await addColumn(trx, 'servers', 'unanswered', 'int = 0')
}
