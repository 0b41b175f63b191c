import { name, sql, type Row, type Trx } from '../../../core/db/index.ts'
import { execute } from '../../../core/db/schema.ts'

/** What a break needs: a database that is thrown away after it, and one record of each kind. */
export interface Broken {
  trx: Trx
  ids: {
    brand: string
    client: string
    /** Issued, paid, voided, credited by a note, unpaid. */
    paid: string
    open: string
    void: string
    credited: string
    note: string
    payment: string
    refund: string
    service: string
    line: string
    month: string
    export: string
    series: string
    plan: string
  }
  newId(prefix: 'ath' | 'jrn' | 'evt' | 'pay' | 'chg' | 'inl' | 'alc' | 'ref' | 'rpt' | 'dsp' | 'wof'): string
}

/** A way to break the books, the check that must see it, and the id by which it must name it. */
export interface Break {
  check: string
  break: (of: Broken) => Promise<string>
  /** On one engine alone, because the other's own locks cannot be taken away inside a transaction. */
  only?: 'sqlite' | 'postgres'
}

/** The locks of the tables stand in the way of somebody who breaks them; whoever holds the database can lift them. */
export async function liftLocks(trx: Trx): Promise<void> {
  const triggers: Record<string, readonly string[]> = {
    journals: ['journals_balance', 'journals_no_update', 'journals_no_delete', 'journals_month_closed'],
    postings: ['postings_closed', 'postings_no_update', 'postings_no_delete'],
    invoices: ['invoices_frozen', 'invoices_kept'],
  }
  for (const [table, names] of Object.entries(triggers))
    for (const trigger of names)
      await execute(
        trx,
        trx.dialect === 'sqlite' ? `drop trigger ${trigger}` : `drop trigger ${trigger} on ${table}`,
      )
  if (trx.dialect === 'sqlite') return
  for (const [table, constraint] of [
    ['charges', 'uq_charges_event'],
    ['postings', 'pk_postings'],
  ])
    await execute(trx, `alter table ${table} drop constraint ${constraint}`)
}

export const first = async (trx: Trx, of: ReturnType<typeof sql>): Promise<Row> => (await trx.get(of))!

export async function copied(trx: Trx, table: string, id: string, set: Row): Promise<void> {
  const row = await first(trx, sql`select * from ${name(table)} where id = ${id}`)
  await trx.insert(table, [{ ...row, ...set }])
}

export const journalOf = async (trx: Trx, source: string, kind: string): Promise<string> =>
  (await first(trx, sql`select id from journals where source_id = ${source} and kind = ${kind}`)).id as string

/** One row of a posting more or less than it was. */
export const bend = (trx: Trx, journal: string, account: string) =>
  trx.run(
    sql`update postings set amount_minor = amount_minor + 1 where journal_id = ${journal} and account like ${account}`,
  )
