import { sql } from '../../../db/index.ts'
import type { Cell } from '../blocks.ts'
import type { Desk } from '../desk.ts'
import { percentText } from '../ppm.ts'
import { said } from './words.ts'

/** Gateway instances by id, for the accounts that each of them has of its own. */
export type InstanceNames = ReadonlyMap<string, string>

export async function instanceNames({ means }: Desk): Promise<InstanceNames> {
  const rows = await means.db.all<{ id: string; name: string }>(sql`select id, name from plugin_instances`)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** "gateway_clearing:plg_…" as "At the gateway · Stripe", "tax:VAT:190000" as "Tax · VAT 19%". */
export function accountName(desk: Desk, account: string, instances: InstanceNames): string {
  const [word = '', part, ppm] = account.split(':')
  const name = said(desk, 'admin.account', word)
  const detail =
    part && ppm ? `${part} ${percentText(Number(ppm))}%` : (instances.get(part ?? '') ?? wordOf(desk, part))
  return detail ? `${name} · ${detail}` : name
}

const wordOf = ({ means, t }: Desk, part = ''): string | null =>
  means.messages.has(`books.word.${part}`) ? t(`books.word.${part}`) : null

/** What it is in words, and the account as the ledger has it. */
export const accountCell = (desk: Desk, account: string, instances: InstanceNames = new Map()): Cell => ({
  cells: [accountName(desk, account, instances), { mono: account }],
})
