import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { instant, NotFound, type Actor, type Instant } from '../../kernel/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { PACKAGE_BYTES_MAX } from '../limits.ts'
import { fingerprint, FoldersClosed, MANIFEST_FILE, type PluginPackage } from '../package/index.ts'
import { inspectPackage } from './inspect-package.ts'
import { installPlugin } from './install-plugin.ts'
import type { PluginAdmin } from './instance-verbs.ts'

/** A package that waits for somebody to read what it asks for. */
export interface PluginOffer {
  id: string
  package: string
  origin: 'file' | 'folder' | 'index'
  offered_by: string
  offered_at: Instant
}

/** An offer that nobody grants in this time is forgotten. */
const KEPT_MS = 24 * 60 * 60_000

/** Puts a package forward: it is checked and kept as it is, and nothing of it runs. */
export const offerPackage = defineVerb(
  {
    permission: 'plugin.offer',
    audience: ['staff'],
    input: Type.Object({ package: Type.String({ maxLength: PACKAGE_BYTES_MAX }) }),
  },
  async (means: Means, input, actor): Promise<string> => {
    const { found } = await inspectPackage(means.db, input.package)
    return keepOffer(means, { text: input.package, found, origin: 'file' }, actor)
  },
)

/** Bundles a plugin's folder and answers the text of its unsigned package. */
export type PackFolder = (folder: string) => Promise<string>

/** The same with a folder on this machine, where plugins are developed: what its files draw in is read along with them. */
export const offerFolder = defineVerb(
  {
    permission: 'plugin.offer_folder',
    audience: ['staff'],
    input: Type.Object({ folder: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  async (means: Means & { folders(): Promise<PackFolder | null> }, { folder }, actor): Promise<string> => {
    const pack = await means.folders()
    if (!pack) throw FoldersClosed({})
    const text = await pack(folder)
    const { found } = await inspectPackage(means.db, text)
    return keepOffer(means, { text, found, origin: 'folder' }, actor)
  },
)

export async function keepOffer(
  means: Means,
  { text, found, origin }: { text: string; found: PluginPackage; origin: PluginOffer['origin'] },
  actor: Actor,
): Promise<string> {
  const id = means.newId('plo')
  const { manifest, bundle, signature } = found
  const row: PluginOffer = {
    ...{ id, package: text, origin },
    ...{ offered_by: actor.id, offered_at: means.clock.now() },
  }
  await means.db.transaction(async (trx) => {
    await trx.run(sql`delete from plugin_offers where offered_at < ${instant(means.clock.ms() - KEPT_MS)}`)
    await trx.insert('plugin_offers', [row])
    await recordAudit(means, trx, actor, [
      {
        action: 'plugin.offer',
        subject: manifest.id,
        after: {
          ...{ version: manifest.version, bundle: bundle.hash, origin },
          author: signature ? fingerprint(signature.key) : null,
        },
      },
    ])
  })
  return id
}

export async function getOffer(queries: Queries, id: string): Promise<PluginOffer> {
  const row = await queries.get<PluginOffer>(sql`select * from plugin_offers where id = ${id}`)
  if (!row) throw NotFound({ what: 'plugin offer', id })
  return row
}

/** An offer as a list shows it: name and version of its plugin, and the name of whoever put it forward. */
export type OfferLine = Pick<PluginOffer, 'id' | 'origin' | 'offered_at'> & {
  plugin: string
  version: string
  by_name: string | null
}

/** The newest first. What is kept was checked when it came, so that its texts are only read here. */
export async function listOffers(queries: Queries, limit: number): Promise<OfferLine[]> {
  const rows = await queries.all<Omit<OfferLine, 'plugin' | 'version'> & { package: string }>(sql`
    select o.id, o.package, o.origin, o.offered_at, u.name as by_name
    from plugin_offers o left join users u on u.id = o.offered_by order by o.id desc limit ${limit}`)
  return rows.map(({ package: text, ...row }) => {
    const { files } = JSON.parse(text) as { files: Record<string, string> }
    const { name, version } = JSON.parse(files[MANIFEST_FILE]!) as { name: string; version: string }
    return { ...row, plugin: name, version }
  })
}

/** What a person ticked on the page that shows what a package asks for. */
export interface Granted {
  offer_id: string
  /** Everything that it asks for. */
  grant: boolean
  unsigned: boolean
  author: boolean
  lower: boolean
}

/** Installs the very package that was shown, and forgets the offer. */
export async function installOffer(
  means: PluginAdmin,
  ticks: Granted,
  actor: Actor,
): Promise<{ id: string; version: string }> {
  const { id, package: text } = await getOffer(means.db, ticks.offer_id)
  const { asked, author } = await inspectPackage(means.db, text)
  const installed = await installPlugin(
    means,
    {
      ...{ package: text, granted: ticks.grant ? asked.map(({ key }) => key) : [] },
      ...{ allow_unsigned: ticks.unsigned, allow_lower: ticks.lower },
      ...(ticks.author && author !== null ? { accept_author: author } : {}),
    },
    actor,
  )
  await means.db.run(sql`delete from plugin_offers where id = ${id}`)
  return installed
}
