import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { list, sql, type Trx } from '../../db/index.ts'
import { BerthError, systemActor, type Actor } from '../../kernel/index.ts'
import { defineVerb, scoped, type Means } from '../../records/index.ts'
import { findServer } from '../create-server.ts'
import type { ProviderMeans } from '../ports.ts'
import { adoptAccount } from './adopt-account.ts'

/** So many accounts are adopted in one job: the provider is asked about each. */
const PER_JOB = 10

const adopter = systemActor('account_adoption')

interface AdoptJob {
  server_id: string
  /** Of the last one that was looked at. */
  after: string
  /** Of the newest one when staff asked for it. */
  upTo: string
  /** Those of who asked for it. */
  brandIds: Actor['brandIds']
}

/** Has all accounts adopted that bear the id of a service which waits for its delivery. Answers how many there are. */
export const adoptWaitingAccounts = defineVerb(
  {
    permission: 'server_account.adopt_waiting',
    asksNobody: 'each account is asked about when its turn comes',
    audience: ['staff'],
    input: Type.Object({ server_id: Type.String() }),
  },
  async (means: Means, input, actor): Promise<number> => {
    const server = await findServer(means, input.server_id)
    return means.db.transaction(async (trx) => {
      const scope = scoped(actor, { table: 'a', client: null })
      const found = await trx.get<{ many: number; up_to: string | null }>(sql`
        select count(*) as many, max(a.id) as up_to from server_accounts a
        where a.server_id = ${server.id} and a.kind = 'waiting' and a.note is null and ${scope}`)
      if (!found?.up_to) return 0
      const { many, up_to: upTo } = found
      await recordAudit(means, trx, actor, [
        { action: 'server_account.adopt_waiting', subject: server.id, after: { accounts: Number(many) } },
      ])
      await enter(means, trx, { server_id: server.id, after: '', upTo, brandIds: actor.brandIds })
      return Number(many)
    })
  },
)

const enter = (means: Means, trx: Trx, job: AdoptJob): Promise<void> =>
  means.jobs.enqueue(trx, [
    {
      task: 'services.adopt_accounts',
      payload: { ...job },
      key: `adopt/${job.server_id}/${[job.brandIds].flat().join()}/${job.after}`,
      queue: `accounts:${job.server_id}`,
    },
  ])

/** The job "services.adopt_accounts": some accounts one after the other, then a job for those after them. */
export async function adoptSome(means: ProviderMeans, job: AdoptJob): Promise<void> {
  const { brandIds } = job
  const ofBrands = brandIds === 'all' ? sql`1 = 1` : sql`a.brand_id in (${list(brandIds)})`
  const accounts = await means.db.all<{ id: string }>(sql`
    select a.id from server_accounts a where a.server_id = ${job.server_id} and a.kind = 'waiting' and a.note is null
      and ${ofBrands} and a.id > ${job.after} and a.id <= ${job.upTo} order by a.id limit ${PER_JOB}`)
  for (const { id } of accounts) await adoptOrSay(means, id)
  const last = accounts.at(-1)
  if (last && accounts.length === PER_JOB)
    await means.db.transaction((trx) => enter(means, trx, { ...job, after: last.id }))
}

async function adoptOrSay(means: ProviderMeans, id: string): Promise<void> {
  try {
    await adoptAccount(means, { account_id: id }, adopter)
  } catch (error) {
    if (!(error instanceof BerthError)) throw error
    await means.db.run(sql`update server_accounts set problem = ${error.message} where id = ${id}`)
  }
}
