import { writeSync } from 'node:fs'
import { openSqlite, sql } from '../../core/db/index.ts'

const LINES = 10

/**
 * A process that is going to be killed: ten lines of brief transactions, each of which writes two rows or, every third
 * one, is refused after both. What was acknowledged is said at once, one number a line.
 */
const db = openSqlite({ file: process.argv[2]! })
let next = 0

async function write(id: number): Promise<void> {
  await db.transaction(
    async (trx) => {
      await trx.insert('halves', [
        { id, half: 1 },
        { id, half: 2 },
      ])
      if (id % 3 === 0) throw new Error('refused')
      await trx.run(sql`update sums set written = written + 1`)
    },
    { brief: true },
  )
  writeSync(1, `${id}\n`)
}

async function line(): Promise<never> {
  for (;;) await write(++next).catch(() => undefined)
}

await Promise.all(Array.from({ length: LINES }, line))
