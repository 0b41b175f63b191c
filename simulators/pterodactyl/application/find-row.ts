import type { SignedCall } from '../http/call.ts'
import { refusal } from '../http/refusals.ts'
import type { Rows } from '../panel/rows.ts'

/** The row whose id stands in the path. Throws the 404. */
export function findRow<Row extends { id: number }>(rows: Rows<Row>, call: SignedCall, part = 'id'): Row {
  const row = rows.find(Number(call.parts[part]))
  if (!row) throw refusal('not_found')
  return row
}
