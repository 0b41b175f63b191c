import type { Router } from '@koa/router'
import { deleteMembership, listMemberships, type ListedMembership } from '../../../clients/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import { can, flash, formKeys, page, requireClient, seeOther } from '../../page/index.ts'
import { accountTabs } from './tabs.ts'

export function peopleRoutes(router: Router<State>): void {
  router.get('/portal/account/people', showPeople)
  router.post('/portal/account/people/:membershipId/remove', takeRemove)
}

/** CP-17: who may do what for this client. */
async function showPeople(ctx: RouteCtx): Promise<void> {
  const { actor, client, user } = requireClient(ctx)
  const { deps, t } = ctx.state
  const members = await listMemberships(deps, { client_id: client.id }, actor)
  const rightsText = ({ rights, owner }: ListedMembership) =>
    owner || rights.includes('*') ? t('portal.people.everything') : rights.join(', ')
  const view = {
    tabs: accountTabs(t, 'people'),
    rows: members.map((member) => ({
      ...{ id: member.id, name: member.name, email: member.email, isOwner: member.owner === 1 },
      ...{ isSelf: member.user_id === user.id, rights: rightsText(member), seenAt: member.last_seen_at },
      serviceHref: member.service_id ? `/portal/services/${member.service_id}` : null,
      endsAt: member.ends_at,
      removeHref:
        member.user_id === user.id || !can(ctx, deleteMembership)
          ? null
          : `/portal/account/people/${member.id}/remove`,
    })),
    keys: formKeys(),
  }
  await page(ctx, 'portal/account/people', view, { title: t('portal.people.title') })
}

async function takeRemove(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await deleteMembership(deps, { membership_id: ctx.params.membershipId }, actor)
  flash(ctx, { tone: 'good', text: t('portal.people.removed') })
  seeOther(ctx, '/portal/account/people')
}
