import { addColumn, createTable, execute, type Trx } from '../core/db/index.ts'

/** What outside services said about taxes, and clients that a run will try again by itself. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'tax_answers',
    {
      // The hash of instance and question.
      id: 'text',
      instance_id: 'text',
      question: 'json',
      answer: 'json',
      asked_at: 'instant',
      // When a document was first issued by it; without one the answer may be forgotten.
      used_at: 'instant?',
    },
    { index: { ix_tax_answers_unused: 'asked_at where used_at is null' } },
  )
  await keep(trx)
  await addColumn(trx, 'parked_clients', 'postponed', 'flag = 0')
}

/** The evidence of an issued document is neither changed nor deleted. */
async function keep(trx: Trx): Promise<void> {
  for (const act of ['update', 'delete'] as const) {
    const trigger = `create trigger tax_answers_no_${act} before ${act} on tax_answers`
    await execute(
      trx,
      trx.dialect === 'sqlite'
        ? `${trigger} when old.used_at is not null begin select raise(abort, 'tax_answers_no_${act}: a document was issued by this answer'); end`
        : `${trigger} for each row when (old.used_at is not null) execute function refuse_frozen()`,
    )
  }
}
