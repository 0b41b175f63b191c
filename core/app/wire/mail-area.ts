import { findBrand, findSeller, type Brand, type Seller } from '../../brands/index.ts'
import { sql } from '../../db/index.ts'
import { regionName } from '../../i18n/index.ts'
import { NotFound } from '../../kernel/index.ts'
import {
  createMailDrawer,
  mailJobs,
  smtpTransport,
  type MailBrand,
  type MailDrawer,
} from '../../mail/index.ts'
import type { Means } from '../../records/index.ts'
import type { Area, Wiring } from '../areas.ts'
import { openTheme } from './theme.ts'

/** Mails are drawn and sent where jobs run. */
export const mailArea: Area = {
  name: 'mail',
  jobs: (wiring) =>
    mailJobs({
      ...wiring.means,
      drawer: drawerOf(wiring),
      transport: smtpTransport(wiring.config.smtpUrl),
      mailBrand: (brandId) => mailBrand(wiring.means, brandId),
    }),
}

/** Made at the first mail: a command that sends none reads no theme. */
function drawerOf({ config, means }: Wiring): MailDrawer {
  let drawer: MailDrawer | undefined
  return {
    draw(...mail) {
      drawer ??= createMailDrawer({ ...openTheme({ config, means }), business: means.business })
      return drawer.draw(...mail)
    },
  }
}

/** In whose name a mail goes out; what concerns no brand, such as an invitation of staff, comes from the first one. */
export async function mailBrand({ db, publicUrl }: Means, brandId: string | null): Promise<MailBrand> {
  const first = sql`select id from brands order by id limit 1`
  const id = brandId ?? (await db.get<{ id: string }>(first))?.id
  if (id === undefined) throw NotFound({ what: 'brand', id: 'first' })
  const brand = await findBrand(db, id)
  const { name, sender, zone, colour } = brand
  const seller = await findSeller(db, brand.seller_id)
  const legal = (locale: string) => legalLines(seller, locale)
  return { name, sender, zone, colour, legal, address: addressOf(brand, publicUrl) }
}

/** The public address where the brand is reached there, else its own host. */
function addressOf({ hosts }: Brand, publicUrl: string): string {
  const own = new URL(publicUrl)
  const [first] = hosts
  return first === undefined || hosts.includes(own.hostname) ? own.origin : `https://${first}`
}

function legalLines({ name, address, country, tax_id, email }: Seller, locale: string): string[] {
  const place = [
    address.lines.join(', '),
    `${address.postcode} ${address.city}`.trim(),
    regionName(country, locale),
  ]
  return [[name, ...place].join(', '), [email, tax_id].filter(Boolean).join(' · ')]
}
