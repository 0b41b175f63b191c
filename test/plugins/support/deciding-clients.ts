import { guestActor } from '../../../core/kernel/index.ts'
import { makeBuyer } from '../../billing/support.ts'
import { clientActor, makeMembership, makeUser, PASSWORD } from '../../support/make.ts'
import { of, on, type Decisions, type Ground, type Prepare } from './deciding.ts'

const client = of('clients', 'client')
const contact = { name: 'Eve', email: 'eve@quay.example', topics: ['invoices'] }
const profile = {
  ...{ kind: 'person', name: 'Ada', email: 'ada@quay.example', address_1: 'Way 1' },
  ...{ city: 'Bonn', postcode: '53111', country: 'DE' },
}

const changing = (prepare: Prepare) => ({ 'client.change:check': prepare })
const creating = (prepare: Prepare) => ({ 'client.create:check': prepare })

/** A client beside a user who owns its account. */
async function owned({ means }: Ground) {
  const { brand, client: row } = await makeBuyer(means)
  const user = await makeUser(means, { realm_id: brand.realm_id })
  const member = await makeMembership(means, { client_id: row.id, user_id: user.id })
  return { brand, client: row, user, member }
}

const ofBuyer =
  (input: object): Prepare =>
  async ({ means }) => ({ input: { client_id: (await makeBuyer(means)).client.id, ...input } })

export const decisionsOnClients: Decisions = {
  'client.create': creating(async ({ means }) => ({
    input: { brand_id: (await makeBuyer(means)).brand.id, profile },
  })),
  'client.sign_up': creating(async ({ means }) => {
    const { brand } = await makeBuyer(means)
    return { input: { brand_id: brand.id, password: PASSWORD, profile }, actor: guestActor(brand.id) }
  }),
  'client.open_account': creating(async (ground) => {
    const { client: row, user } = await owned(ground)
    const actor = { ...clientActor(row.id, { id: user.id }), sessionId: 'ses_a' }
    return { input: { client_id: row.id, currency: 'USD' }, actor }
  }),
  'client.change': changing(ofBuyer({ profile: { name: 'Eve' } })),
  'client.change_currency': changing(ofBuyer({ currency: 'USD' })),
  'client.change_switches': changing(ofBuyer({ tax_exempt: true })),
  'client.group': changing(on('client_groups', {}, { client_id: 'cli_a', group_id: 'x' })),
  'client.suspend': { 'client.suspend:check': client('active') },
  'client.close': { 'client.close:check': client('active') },
  'client.reinstate': { 'client.reinstate:check': client('suspended') },
  'client.reopen': { 'client.reopen:check': client('closed') },
  'contact.create': changing(ofBuyer(contact)),
  'contact.change': changing(on('contacts', {}, { contact_id: 'x', ...contact })),
  'contact.delete': changing(on('contacts', {}, { contact_id: 'x' })),
  'invitation.create': changing(ofBuyer({ email: 'eve@quay.example', rights: ['*'] })),
  'membership.create': changing(async (ground) => {
    const { brand, client: row } = await owned(ground)
    const { email } = await makeUser(ground.means, { realm_id: brand.realm_id })
    return { input: { client_id: row.id, email, rights: ['*'] } }
  }),
  'membership.change': changing(async (ground) => ({
    input: { membership_id: (await owned(ground)).member.id, rights: ['*'] },
  })),
  'membership.delete': changing(async (ground) => ({
    input: { membership_id: (await owned(ground)).member.id },
  })),
  'session.start': {
    'session.start:check': async ({ means }) => {
      const { realm_id, email } = await makeUser(means)
      return { input: { realm_id, email, password: PASSWORD, agent: 'Test' }, actor: guestActor('brd_a') }
    },
  },
}
