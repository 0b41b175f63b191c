import type { Router } from '@koa/router'
import {
  changeContact,
  contactTopics,
  deleteContact,
  listContacts,
  type Contact,
} from '../../../clients/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import {
  flash,
  formInput,
  formKeys,
  page,
  requireClient,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'
import { accountTabs } from './tabs.ts'

const HREF = '/portal/account/people'

export function contactRoutes(router: Router<State>): void {
  router.get(`${HREF}/contacts/:contactId`, (ctx) => drawContact(ctx))
  router.post(`${HREF}/contacts/:contactId`, takeChange)
  router.post(`${HREF}/contacts/:contactId/remove`, takeRemove)
}

async function drawContact(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { t } = ctx.state
  const contact = await contactOf(ctx)
  const view = {
    tabs: accountTabs(t, 'people'),
    ...{ action: `${HREF}/contacts/${contact.id}`, backHref: HREF, title: contact.name },
    topics: contactTopics,
    values: { name: contact.name, email: contact.email, topics: contact.topics, ...problem?.values },
    keys: formKeys(contact),
    ...{ errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  await page(ctx, 'portal/account/contact', view, { title: contact.name })
}

async function takeChange(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await tryForm(ctx, {
    redraw: (problem) => drawContact(ctx, problem),
    async act() {
      const set = { contact_id: ctx.params.contactId }
      await changeContact(deps, formInput(ctx, changeContact.input, set), actor)
      flash(ctx, { tone: 'good', text: t('portal.people.contact_changed') })
      seeOther(ctx, HREF)
    },
  })
}

async function takeRemove(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await deleteContact(deps, { contact_id: ctx.params.contactId }, actor)
  flash(ctx, { tone: 'good', text: t('portal.people.contact_removed') })
  seeOther(ctx, HREF)
}

async function contactOf(ctx: RouteCtx): Promise<Contact> {
  const { client, actor } = requireClient(ctx)
  const contacts = await listContacts(ctx.state.deps, { client_id: client.id }, actor)
  const id = ctx.params.contactId!
  const contact = contacts.find((one) => one.id === id)
  if (!contact) throw NotFound({ what: 'contact', id })
  return contact
}
