import { identityJobs, sweepIdentity } from '../../identity/index.ts'
import { setUpInstallation } from '../../brands/index.ts'
import { systemActor } from '../../kernel/index.ts'
import type { Area, NewInstallation, Wiring } from '../areas.ts'

/** Users, staff, brands and clients. */
export const peopleArea: Area = {
  name: 'people',
  jobs: ({ means }) => identityJobs(means),
  schedules: ({ means }) => [{ name: 'identity.sweep', cron: '20 3 * * *', run: () => sweepIdentity(means) }],
  install: async (wiring, facts) => {
    if (facts.staff) await setUp(wiring, facts.staff)
  },
}

/** A first brand to go on from: `berth init` with a member of staff asks for no more than that. */
async function setUp({ means }: Wiring, staff: NonNullable<NewInstallation['staff']>): Promise<void> {
  const seller = {
    name: 'My company',
    address: { lines: ['Street 1'], postcode: '00000', city: 'City' },
    country: 'DE',
    email: staff.email,
  }
  const brand = {
    name: 'My hosting',
    hosts: ['localhost'],
    currency: 'EUR',
    currencies: ['EUR', 'USD', 'IDR'],
    locale: 'en',
    zone: 'Europe/Berlin',
    prices_include_tax: false,
    sender: `My hosting <${staff.email}>`,
  }
  await setUpInstallation(means, { owner: staff, seller, brand }, systemActor('init'))
}
