import type { RemoteAccount } from '../../sdk/index.ts'
import type { Bench } from './bench.ts'
import { answersWell, fieldsOf } from './rules.ts'
import type { Run } from './run.ts'

/** So many pages are enough for the company of a test. */
const MOST_PAGES = 20

interface Listed {
  run: Run
  bench: Bench
  server: unknown
}

/** Who is listed after a service was made, or is gone: core takes who is not for missing. */
export async function judgeAccounts(listed: Listed, ours: string, isThere: boolean): Promise<void> {
  const { run } = listed
  const at = `accounts, after ${isThere ? 'create' : 'terminate'}`
  const accounts = await readAll(listed, at)
  if (accounts === undefined) return
  const ids = accounts.map(({ remote_id }) => remote_id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  run.note('accounts_once', `${at}: each once`, twice && `"${twice}" is listed twice`)
  const found = accounts.some(({ external_id }) => external_id === ours)
  const odd = isThere ? 'the service is not listed under its id' : 'a service that is gone is listed'
  run.note('accounts_told', `${at}: it is listed`, found === isThere ? undefined : odd)
}

/** Undefined where the list was not answered to its end. */
async function readAll({ run, bench, server }: Listed, at: string): Promise<RemoteAccount[] | undefined> {
  const accounts: RemoteAccount[] = []
  const seen = new Set<unknown>()
  for (let cursor: unknown; seen.size < MOST_PAGES; seen.add(cursor)) {
    const input = { server, ...(cursor === undefined ? {} : { cursor }) }
    const told = await bench.call('provisioner', 'list_accounts', input)
    run.note('life_answers', `${at}: it answers`, answersWell(told, true))
    if (!('answer' in told)) return undefined
    const page = fieldsOf(told.answer)
    accounts.push(...(page['accounts'] as RemoteAccount[]))
    cursor = page['cursor']
    if (cursor === undefined) {
      run.note('accounts_end', `${at}: the list ends`, undefined)
      return accounts
    }
    if (seen.has(cursor)) break
  }
  run.note('accounts_end', `${at}: the list ends`, 'its cursor leads on for ever')
  return undefined
}
