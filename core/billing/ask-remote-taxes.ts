import { createHash } from 'node:crypto'
import type { TaxAnswer, TaxProblem, TaxQuestion } from '../../sdk/index.ts'
import { join, list, sql, type Queries, type Trx } from '../db/index.ts'
import { addDays, assert } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'

export type AskMeans = Pick<Means, 'db' | 'hooks' | 'business'>

export interface RemoteQuestion {
  /** The hash of instance and question: an answer counts for exactly this place, buyer, day, class and amount. */
  id: string
  instance: string
  question: TaxQuestion
}

/** What became of a question: its answer, kept from now on, or why there is none. */
export type RemoteAnswer = { answer: TaxAnswer } | TaxProblem

/** Small enough for a service that is asked by one request a document. */
const BATCH = 25
const TRIES = 2

export const remoteQuestion = (instance: string, question: TaxQuestion): RemoteQuestion => ({
  id: createHash('sha256')
    .update(JSON.stringify([instance, question]))
    .digest('hex'),
  ...{ instance, question },
})

/**
 * Asks outside services, each in batches, and keeps what they say before anybody uses it: whoever stops after this goes
 * on with the same answers. Never inside a transaction. Asking changes nothing outside, so it may be repeated.
 */
export async function askRemoteTaxes(
  means: AskMeans,
  questions: readonly RemoteQuestion[],
): Promise<Map<string, RemoteAnswer>> {
  const distinct = [...new Map(questions.map((one) => [one.id, one])).values()]
  const found = new Map<string, RemoteAnswer>()
  for (const [instance, asked] of Map.groupBy(distinct, (one) => one.instance)) {
    for (let at = 0; at < asked.length; at += BATCH) {
      const batch = asked.slice(at, at + BATCH)
      const said = await askBatch(means, instance, batch)
      if ('problem' in said) {
        // A service that is away is not asked for the rest: each question would wait for its deadline.
        for (const { id } of asked.slice(at)) found.set(id, said)
        break
      }
      for (const [id, answer] of await keep(means, batch, said.answers)) found.set(id, answer)
    }
  }
  return found
}

type Said = (TaxAnswer | TaxProblem)[]

async function askBatch(
  { hooks }: AskMeans,
  instance: string,
  batch: readonly RemoteQuestion[],
): Promise<{ answers: Said } | TaxProblem> {
  const input = { questions: batch.map(({ question }) => question) }
  for (let attempt = 1; ; attempt++) {
    try {
      const { answers } = (await hooks.ask(instance, 'tax', 'determine_remote', input)) as { answers: Said }
      if (answers.length === batch.length) return { answers }
      return { problem: `it gave ${answers.length} answers to ${batch.length} questions` }
    } catch (error) {
      if (attempt === TRIES) return { problem: error instanceof Error ? error.message : String(error) }
    }
  }
}

/** Of two processes that ask the same at once the first one's answer counts for both. */
async function keep(
  { db, business }: AskMeans,
  batch: readonly RemoteQuestion[],
  said: Said,
): Promise<Map<string, RemoteAnswer>> {
  const found = new Map<string, RemoteAnswer>()
  const now = business.now()
  const rows = batch.flatMap(({ id, instance, question }, i) => {
    const answer = said[i]!
    const problem = 'problem' in answer ? answer.problem : unfit(question, answer)
    if (problem !== undefined) found.set(id, { problem })
    return problem === undefined
      ? [sql`(${id}, ${instance}, ${JSON.stringify(question)}, ${JSON.stringify(answer)}, ${now})`]
      : []
  })
  if (rows.length > 0)
    await db.run(sql`
      insert into tax_answers (id, instance_id, question, answer, asked_at) values ${join(rows, ', ')} on conflict (id) do nothing`)
  for (const [id, answer] of await keptAnswers(
    db,
    batch.map(({ id }) => id),
  ))
    found.set(id, answer)
  return found
}

/** Why an answer is none to the question. */
export function unfit(question: TaxQuestion, { lines }: TaxAnswer): string | undefined {
  const keys = new Set(lines.map(({ key }) => key))
  const each =
    keys.size === lines.length &&
    keys.size === question.lines.length &&
    question.lines.every(({ key }) => keys.has(key))
  return each ? undefined : 'it did not answer each line once'
}

export async function keptAnswers(
  queries: Queries,
  ids: readonly string[],
): Promise<Map<string, { answer: TaxAnswer }>> {
  if (ids.length === 0) return new Map()
  const rows = await queries.all<{ id: string; answer: string }>(
    sql`select id, answer from tax_answers where id in (${list(ids)})`,
  )
  return new Map(rows.map(({ id, answer }) => [id, { answer: JSON.parse(answer) as TaxAnswer }]))
}

/** In the transaction that issues documents by these answers: from now on they are evidence, and stay. */
export async function useTaxAnswers(
  { business }: Pick<Means, 'business'>,
  trx: Trx,
  ids: readonly string[],
): Promise<void> {
  const distinct = [...new Set(ids)]
  if (distinct.length === 0) return
  await trx.run(
    sql`update tax_answers set used_at = ${business.now()} where used_at is null and id in (${list(distinct)})`,
  )
  const kept = await trx.get<{ answers: number }>(
    sql`select count(*) as answers from tax_answers where id in (${list(distinct)})`,
  )
  assert(kept!.answers === distinct.length, 'every tax that was asked for has its kept answer')
}

const FORGOTTEN_AFTER_DAYS = 30

/** Answers for carts that nobody ordered and previews of documents that came out otherwise. Answers how many. */
export const forgetTaxAnswers = ({ db, business }: Pick<Means, 'db' | 'business'>): Promise<number> =>
  db.run(
    sql`delete from tax_answers where used_at is null and asked_at < ${addDays(business.today('UTC'), -FORGOTTEN_AFTER_DAYS)}`,
  )
