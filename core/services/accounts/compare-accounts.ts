import { type provisionerOperations, type ServerInput, type Static, Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { list, sql, type Trx } from '../../db/index.ts'
import { BerthError } from '../../kernel/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { findServer } from '../create-server.ts'
import { NotListed } from '../errors.ts'
import type { ProviderMeans } from '../ports.ts'
import type { ServerRow } from '../rows.ts'
import { keepAccounts, keepMissing, type Page } from './keep-accounts.ts'
import type { ComparisonRow } from './rows.ts'

/** A list without end is ended here. */
const MOST_PAGES = 1_000

type Answer = Static<typeof provisionerOperations.list_accounts.output>

interface PageJob {
  server_id: string
  round: string
  cursor: string
}

/** Begins to compare the accounts of a server with the services that are billed. One under way is begun anew. */
export const compareAccounts = defineVerb(
  {
    permission: 'server_account.compare',
    asksNobody: 'it asks the provider',
    audience: ['staff'],
    input: Type.Object({ server_id: Type.String() }),
  },
  async (means: Means, input, actor): Promise<void> => {
    const server = await findServer(means, input.server_id)
    if (!listing(means).includes(server.instance_id)) throw NotListed({ server: server.id })
    await means.db.transaction(async (trx) => {
      await begin(means, trx, server.id)
      await recordAudit(means, trx, actor, [{ action: 'server_account.compare', subject: server.id }])
    })
  },
)

/** The daily step: begins a comparison for each server in use whose plugin lists accounts. Answers how many. */
export async function startComparing(means: Means): Promise<number> {
  const servers = await means.db.all<{ id: string }>(sql`
    select id from servers where status = 'active' and instance_id in (${list(listing(means))}) order by id`)
  for (const { id } of servers) await means.db.transaction((trx) => begin(means, trx, id))
  return servers.length
}

/** The instances whose plugins list accounts. */
export const listing = ({ hooks }: Pick<Means, 'hooks'>): string[] =>
  hooks.offering('provisioner.list_accounts').map(({ instance }) => instance)

async function begin(means: Means, trx: Trx, serverId: string): Promise<void> {
  const round = means.newId('sac')
  await trx.run(sql`
    insert into account_comparisons (server_id, round, started_at) values (${serverId}, ${round}, ${means.business.now()})
    on conflict (server_id) do update set round = excluded.round, started_at = excluded.started_at, cursor = '',
      pages = 0, accounts = 0, problem = null, ended_at = null`)
  await enter(means, trx, { server_id: serverId, round, cursor: '' })
}

/** A server is asked for one page at a time, beside the work of its deliveries. */
const enter = (means: Means, trx: Trx, job: PageJob): Promise<void> =>
  means.jobs.enqueue(trx, [
    {
      task: 'services.compare_accounts',
      payload: { ...job },
      key: `accounts/${job.round}/${job.cursor}`,
      queue: `accounts:${job.server_id}`,
    },
  ])

/** The job "services.compare_accounts": one page, then a job for the next one. */
export async function comparePage(means: ProviderMeans, job: PageJob): Promise<void> {
  const page = await pageOf(means, job)
  if (!page) return
  const answer = await ask(means, page)
  await means.db.transaction(async (trx) => {
    if (!(await claim(trx, job))) return
    if (answer instanceof BerthError) return end(means, trx, job, answer.message)
    await keepAccounts(means, trx, page, answer.accounts)
    const next = answer.cursor ?? ''
    await trx.run(sql`
      update account_comparisons set cursor = ${next}, pages = pages + 1, accounts = accounts + ${answer.accounts.length}
      where server_id = ${job.server_id}`)
    if (next === '') {
      await keepMissing(means, trx, page)
      return end(means, trx, job, null)
    }
    if (next === job.cursor || page.comparison.pages + 1 >= MOST_PAGES) return end(means, trx, job, ENDLESS)
    await enter(means, trx, { ...job, cursor: next })
  })
}

const ENDLESS = 'The list of accounts does not end: the plugin leads to the same page again, or to too many.'

/** Undefined where a newer comparison took over, or this page was taken already. */
async function pageOf(means: Means, job: PageJob): Promise<Page | undefined> {
  const comparison = await means.db.get<ComparisonRow>(
    sql`select * from account_comparisons where server_id = ${job.server_id} and ${isNext(job)}`,
  )
  const server = await means.db.get<ServerRow>(sql`select * from servers where id = ${job.server_id}`)
  return comparison && server && { comparison, server }
}

const isNext = ({ round, cursor }: PageJob) =>
  sql`round = ${round} and cursor = ${cursor} and ended_at is null`

/** Keeps the row for this transaction: of two that took the same page, one writes it. */
async function claim(trx: Trx, job: PageJob): Promise<boolean> {
  const claimed = await trx.run(
    sql`update account_comparisons set problem = null where server_id = ${job.server_id} and ${isNext(job)}`,
  )
  return claimed === 1
}

async function ask(means: ProviderMeans, { server, comparison }: Page): Promise<Answer | BerthError> {
  const settings = JSON.parse(server.settings) as Record<string, unknown>
  const { cursor } = comparison
  const input: ServerInput & { cursor?: string } = {
    server: { id: server.id, settings },
    ...(cursor === '' ? {} : { cursor }),
  }
  const options = { deadline: 'job', serverId: server.id } as const
  const { instance_id: instance } = server
  try {
    return await means.plugins.call<Answer>(instance, 'provisioner', 'list_accounts', input, options)
  } catch (error) {
    if (!(error instanceof BerthError)) throw error
    return error
  }
}

/** With a problem, what an earlier comparison found stands as it was, but for the pages that came. */
async function end(means: Means, trx: Trx, { server_id }: PageJob, problem: string | null): Promise<void> {
  const now = means.business.now()
  await trx.run(sql`
    update account_comparisons set ended_at = ${now}, problem = ${problem},
      compared_at = ${problem === null ? sql`${now}` : sql`compared_at`} where server_id = ${server_id}`)
}
