import type { Router } from '@koa/router'
import {
  changeMembership,
  contactTopics,
  createContact,
  deleteContact,
  deleteMembership,
  inviteMember,
  joinRights,
  listContacts,
  listInvitations,
  listMemberships,
  withdrawInvitation,
  type Contact,
  type ListedInvitation,
  type ListedMembership,
} from '../../../clients/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import {
  can,
  field,
  flash,
  formInput,
  formKeys,
  page,
  requireClient,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'
import { confirmedOrAsk } from '../step-up.ts'
import { contactRoutes } from './contacts.ts'
import { memberRoutes } from './member.ts'
import { endOfField, rightChoices, rightsText, servicesToChoose } from './right-fields.ts'
import { accountTabs } from './tabs.ts'

export const HREF = '/portal/account/people'

export function peopleRoutes(router: Router<State>): void {
  router.get(HREF, (ctx) => drawPeople(ctx))
  router.post(HREF, takeInvite)
  router.post(`${HREF}/invitations/:invitationId/withdraw`, takeWithdraw)
  router.post(`${HREF}/contacts`, takeContact)
  contactRoutes(router)
  memberRoutes(router)
  router.post(`${HREF}/:membershipId/remove`, takeRemove)
}

type FormName = 'invite' | 'contact'
const noProblem: FormProblem = { values: {}, errors: [], fieldErrors: {} }

/** CP-17: who may do what for this client, who is asked to, and who gets its mails besides. */
async function drawPeople(ctx: RouteCtx, refused?: { form: FormName; problem: FormProblem }): Promise<void> {
  const { actor, client } = requireClient(ctx)
  const { deps, t } = ctx.state
  const of = { client_id: client.id }
  const problemOf = (form: FormName) => (refused?.form === form ? refused.problem : noProblem)
  const contacts = can(ctx, listContacts) ? await listContacts(deps, of, actor) : null
  const invited = can(ctx, listInvitations) ? await listInvitations(deps, of, actor) : []
  const view = {
    tabs: accountTabs(t, 'people'),
    rows: (await listMemberships(deps, of, actor)).map((member) => memberRow(ctx, member)),
    invited: invited.map((invitation) => inviteRow(ctx, invitation)),
    invite: can(ctx, inviteMember) ? await inviteForm(ctx, problemOf('invite')) : null,
    contacts: contacts?.map((contact) => contactRow(ctx, contact)) ?? null,
    contact: can(ctx, createContact) ? { ...problemOf('contact'), topics: contactTopics } : null,
    keys: formKeys(),
  }
  await page(ctx, 'portal/account/people', view, { title: t('portal.people.title') })
}

function memberRow(ctx: RouteCtx, member: ListedMembership) {
  const { user } = requireClient(ctx)
  const { t } = ctx.state
  const isSelf = member.user_id === user.id
  const at = `${HREF}/${member.id}`
  return {
    ...{ id: member.id, name: member.name, email: member.email, isOwner: member.owner === 1, isSelf },
    ...{ rights: rightsText(t, member.rights), seenAt: member.last_seen_at, endsAt: member.ends_at },
    serviceHref: serviceHref(member.service_id),
    changeHref: isSelf || !can(ctx, changeMembership) ? null : at,
    removeHref: isSelf || !can(ctx, deleteMembership) ? null : `${at}/remove`,
  }
}

const serviceHref = (serviceId: string | null) => (serviceId ? `/portal/services/${serviceId}` : null)

function inviteRow(ctx: RouteCtx, invitation: ListedInvitation) {
  const { id, email, rights, invited_by_name: by, expires_at: expiresAt } = invitation
  return {
    ...{ id, email, by, expiresAt, rights: rightsText(ctx.state.t, rights) },
    ...{ endsAt: invitation.ends_at, serviceHref: serviceHref(invitation.service_id) },
    withdrawHref: can(ctx, withdrawInvitation) ? `${HREF}/invitations/${id}/withdraw` : null,
  }
}

async function inviteForm(ctx: RouteCtx, problem: FormProblem) {
  const { client, actor } = requireClient(ctx)
  return {
    ...problem,
    choices: rightChoices(ctx.state.t, actor, { clientId: client.id, rights: ['*.read', '*.list'], problem }),
    services: await servicesToChoose(ctx, client.id),
  }
}

function contactRow(ctx: RouteCtx, { id, name, email, topics }: Contact) {
  const { t } = ctx.state
  return {
    ...{ id, name, email, topics: topics.map((topic) => t(`portal.people.topic.${topic}`)).join(', ') },
    changeHref: can(ctx, createContact) ? `${HREF}/contacts/${id}` : null,
    removeHref: can(ctx, deleteContact) ? `${HREF}/contacts/${id}/remove` : null,
  }
}

async function takeInvite(ctx: RouteCtx): Promise<void> {
  const { deps, t, form } = ctx.state
  const { actor, client } = requireClient(ctx)
  confirmedOrAsk(ctx)
  await tryForm(ctx, {
    shown: [403, 409, 422, 429],
    redraw: (problem) => drawPeople(ctx, { form: 'invite', problem }),
    async act() {
      const rights = joinRights([form.sets ?? []].flat().map(String), [])
      const email = field(ctx, 'email')
      const set = { client_id: client.id, rights, ends_at: endOfField(ctx) }
      await inviteMember(deps, formInput(ctx, inviteMember.input, set), actor)
      flash(ctx, { tone: 'good', text: t('portal.people.invited', { email }) })
      seeOther(ctx, HREF)
    },
  })
}

async function takeWithdraw(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await withdrawInvitation(deps, { invitation_id: ctx.params.invitationId }, actor)
  flash(ctx, { tone: 'good', text: t('portal.people.withdrawn') })
  seeOther(ctx, HREF)
}

async function takeContact(ctx: RouteCtx): Promise<void> {
  const { deps, t } = ctx.state
  const { actor, client } = requireClient(ctx)
  await tryForm(ctx, {
    redraw: (problem) => drawPeople(ctx, { form: 'contact', problem }),
    async act() {
      await createContact(deps, formInput(ctx, createContact.input, { client_id: client.id }), actor)
      flash(ctx, { tone: 'good', text: t('portal.people.contact_added') })
      seeOther(ctx, HREF)
    },
  })
}

async function takeRemove(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await deleteMembership(deps, { membership_id: ctx.params.membershipId }, actor)
  flash(ctx, { tone: 'good', text: t('portal.people.removed') })
  seeOther(ctx, HREF)
}
