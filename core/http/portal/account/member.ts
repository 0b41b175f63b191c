import type { Router } from '@koa/router'
import {
  changeMembership,
  joinRights,
  listMemberships,
  splitRights,
  type ListedMembership,
} from '../../../clients/index.ts'
import { addDays, covers, dayIn, NotFound } from '../../../kernel/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import {
  flash,
  formKeys,
  formVersion,
  page,
  requireClient,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'
import { confirmedOrAsk } from '../step-up.ts'
import { endOfField, rightChoices } from './right-fields.ts'
import { accountTabs } from './tabs.ts'

const HREF = '/portal/account/people'

export function memberRoutes(router: Router<State>): void {
  router.get(`${HREF}/:membershipId`, showMember)
  router.post(`${HREF}/:membershipId`, takeChange)
}

/** The password is asked for before a form is filled in, not after. */
async function showMember(ctx: RouteCtx): Promise<void> {
  confirmedOrAsk(ctx)
  await drawMember(ctx)
}

/** Rights of one person; those that no set names are kept as they are. */
async function drawMember(ctx: RouteCtx, refused?: FormProblem): Promise<void> {
  const { t, zone } = ctx.state
  const { actor, client } = requireClient(ctx)
  const member = await memberOf(ctx)
  const problem = refused ?? { values: {}, errors: [], fieldErrors: {} }
  const isAll = actor.grants.some(
    ({ clientId, serviceId, rights }) => clientId === client.id && !serviceId && covers(rights, '*'),
  )
  // The end is the first moment without rights, so its day before is the last one with them.
  const endsOn = member.ends_at ? addDays(dayIn(zone, member.ends_at), -1) : ''
  const view = {
    tabs: accountTabs(t, 'people'),
    ...{ action: `${HREF}/${member.id}`, backHref: HREF, name: member.name, email: member.email },
    choices: rightChoices(t, actor, { clientId: client.id, rights: member.rights, problem }),
    others: splitRights(member.rights).others.join(', '),
    owner: isAll && member.service_id === null ? { checked: member.owner === 1 } : null,
    endsOn: problem.values.ends_on ?? endsOn,
    keys: formKeys(member),
    ...{ errors: problem.errors, fieldErrors: problem.fieldErrors },
  }
  await page(ctx, 'portal/account/member', view, { title: member.name })
}

async function takeChange(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t, form } = ctx.state
  confirmedOrAsk(ctx)
  await tryForm(ctx, {
    shown: [403, 409, 422],
    redraw: (problem) => drawMember(ctx, problem),
    async act() {
      const member = await memberOf(ctx)
      const sets = [form.sets ?? []].flat().map(String)
      const input = {
        membership_id: member.id,
        version: formVersion(ctx) ?? member.version,
        rights: joinRights(sets, splitRights(member.rights).others),
        ...('owner_shown' in form ? { owner: Boolean(form.owner) } : {}),
        ends_at: endOfField(ctx),
      }
      await changeMembership(deps, input, actor)
      flash(ctx, { tone: 'good', text: t('portal.people.changed', { name: member.name }) })
      seeOther(ctx, HREF)
    },
  })
}

async function memberOf(ctx: RouteCtx): Promise<ListedMembership> {
  const { client, actor } = requireClient(ctx)
  const members = await listMemberships(ctx.state.deps, { client_id: client.id }, actor)
  const id = ctx.params.membershipId!
  const member = members.find((one) => one.id === id)
  if (!member) throw NotFound({ what: 'membership', id })
  return member
}
