import type { Sql } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'

/** One thing that is wrong, by the id of the record where it shows. */
export interface Finding {
  check: string
  id: string
  problem: string
}

export interface Check {
  name: string
  /** Rows of id and problem; none when all is well. */
  statement: (context: { today: IsoDate }) => Sql
}
