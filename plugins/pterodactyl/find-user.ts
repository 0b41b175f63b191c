import type { ClientSnapshot } from '../../sdk/index.ts'
import { unlessAbsent } from './find-server.ts'
import { PanelRefusal, PanelSilent, type Panel } from './panel.ts'
import type { Item, List, User } from './records.ts'

/** The client's user on the panel: by our id, else by mail address, else a new one. */
export async function findOrCreateUser(panel: Panel, client: ClientSnapshot): Promise<User> {
  const user = await findUser(panel, client)
  if (user !== undefined) return user
  try {
    const made = await panel.call<Item<User>>('POST', '/users', {
      email: client.email,
      external_id: client.id,
      ...namesOf(client),
    })
    return made.attributes
  } catch (error) {
    // Another order of the same client may have made it a moment ago, or the answer was lost.
    const made = mayExist(error) ? await findUser(panel, client) : undefined
    if (made === undefined) throw error
    return made
  }
}

async function findUser(panel: Panel, client: ClientSnapshot): Promise<User | undefined> {
  const path = `/users/external/${encodeURIComponent(client.id)}`
  const own = (await unlessAbsent(panel.call<Item<User>>('GET', path)))?.attributes
  return own ?? findByMail(panel, client)
}

/** The filter finds parts of addresses, so each row is compared. An account without an outside id becomes ours. */
async function findByMail(panel: Panel, client: ClientSnapshot): Promise<User | undefined> {
  const wanted = client.email.toLowerCase()
  const path = `/users?filter[email]=${encodeURIComponent(client.email)}&per_page=100`
  const { data } = await panel.call<List<User>>('GET', path)
  const user = data.map(({ attributes }) => attributes).find(({ email }) => email.toLowerCase() === wanted)
  if (user === undefined || user.external_id !== null) return user
  const { email, username, first_name, last_name } = user
  const mark = { email, username, first_name, last_name, external_id: client.id }
  return (await panel.call<Item<User>>('PATCH', `/users/${user.id}`, mark)).attributes
}

function mayExist(error: unknown): boolean {
  if (error instanceof PanelSilent) return true
  return error instanceof PanelRefusal && (error.status === 422 || error.status >= 500)
}

const NAME_LENGTH = 60
const TAIL_LENGTH = 6

/** The panel wants a user name of its own and two names, which a client need not have. */
function namesOf({ id, name, email }: ClientSnapshot) {
  const [first = '', ...others] = name.trim().split(/\s+/)
  const local = (email.split('@')[0] ?? '').toLowerCase().replaceAll(/[^a-z0-9]+/g, '')
  const tail = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '')
    .slice(-TAIL_LENGTH)
  const firstName = (first || local || tail).slice(0, NAME_LENGTH)
  return {
    username: `${local.slice(0, NAME_LENGTH)}${local === '' ? 'u' : '.'}${tail}`,
    first_name: firstName,
    last_name: (others.join(' ') || firstName).slice(0, NAME_LENGTH),
  }
}
