import {
  findClient,
  listContacts,
  listInvitations,
  listMemberships,
  type Contact,
  type ListedInvitation,
  type ListedMembership,
} from '../../../clients/index.ts'
import { listMethods, type MethodRow } from '../../../billing/index.ts'
import { declareRead } from '../../../records/index.ts'
import { rulesOf, type Endpoint } from '../endpoint.ts'

const path = '/clients/{client_id}'
const tag = 'clients'
const methodRules = { permission: 'payment_method.read', audience: ['client', 'staff'] } as const
declareRead(methodRules.permission, methodRules.audience)

/** Who acts for a client and what it pays with: few enough for one page. */
export const peopleEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'listMembers', method: 'get', path: `${path}/members`, tag },
    summary: 'List who signs in for a client, owners first',
    ...rulesOf(listMemberships),
    status: 200,
    answer: { list: 'Member' },
    handle: async ({ deps, actor, params }) =>
      whole((await listMemberships(deps, params, actor)).map(memberResource)),
  },
  {
    ...{ id: 'listContacts', method: 'get', path: `${path}/contacts`, tag },
    summary: 'List who gets mails of a client and does not sign in',
    ...rulesOf(listContacts),
    status: 200,
    answer: { list: 'Contact' },
    handle: async ({ deps, actor, params }) =>
      whole((await listContacts(deps, params, actor)).map(contactResource)),
  },
  {
    ...{ id: 'listInvitations', method: 'get', path: `${path}/invitations`, tag },
    summary: 'List invitations to a client that nobody has taken yet, newest first',
    ...rulesOf(listInvitations),
    status: 200,
    answer: { list: 'Invitation' },
    handle: async ({ deps, actor, params }) =>
      whole((await listInvitations(deps, params, actor)).map(invitationResource)),
  },
  {
    ...{ id: 'listPaymentMethods', method: 'get', path: `${path}/payment-methods`, tag },
    summary: 'List what a client has saved to pay with, the preferred one first',
    ...methodRules,
    status: 200,
    answer: { list: 'PaymentMethod' },
    async handle({ deps, actor, params }) {
      const client = await findClient(deps.db, actor, params['client_id']!, methodRules.permission)
      return whole((await listMethods(deps.db, client.id)).map(methodResource))
    },
  },
]

const whole = <R>(items: R[]) => ({ items, next: null })

const memberResource = (row: ListedMembership) => ({
  ...{ id: row.id, client_id: row.client_id, user_id: row.user_id, name: row.name, email: row.email },
  ...{ rights: row.rights, service_id: row.service_id, owner: row.owner === 1, ends_at: row.ends_at },
  ...{ last_seen_at: row.last_seen_at, version: row.version },
})

const contactResource = ({ id, client_id, name, email, topics, version }: Contact) => ({
  ...{ id, client_id, name, email, topics, version },
})

const invitationResource = (row: ListedInvitation) => ({
  ...{ id: row.id, client_id: row.client_id, email: row.email, rights: row.rights },
  ...{ service_id: row.service_id, ends_at: row.ends_at, expires_at: row.expires_at },
  ...{ created_at: row.created_at },
})

/** How the gateway names it stays with us: what can be charged with is no fact for keys. */
const methodResource = (row: MethodRow) => ({
  ...{ id: row.id, client_id: row.client_id, instance_id: row.instance_id, kind: row.kind },
  ...{ label: row.label, brand_name: row.brand_name, last4: row.last4, expires_on: row.expires_on },
  ...{ preferred: row.preferred === 1, refused_at: row.refused_at, created_at: row.created_at },
})
