import type { Db, Trx } from './db.ts'

/**
 * A transaction as the database of a verb that opens one by itself: the verb's work stands or falls with what is written
 * around it.
 */
export const joined = (trx: Trx): Db => ({
  dialect: trx.dialect,
  all: (statement) => trx.all(statement),
  get: (statement) => trx.get(statement),
  run: (statement) => trx.run(statement),
  insert: (table, rows) => trx.insert(table, rows),
  transaction: (work) => work(trx),
  close: () => Promise.reject(new Error('A transaction is ended by whoever opened it.')),
})
