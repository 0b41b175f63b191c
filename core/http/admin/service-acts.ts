import type { Router } from '@koa/router'
import { instant } from '../../kernel/index.ts'
import type { Tone } from '../../render/index.ts'
import { findService, signOn, type ServiceRow } from '../../services/index.ts'
import { permit } from '../../records/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { flash, seeOther, tryForm } from '../page/index.ts'
import { leave } from '../portal/leave.ts'
import { acted, actsView, openForm, sentInput, type ActsView } from '../service-acts/index.ts'
import type { Block, Field, MenuItem, PageView, Table, Timeline } from './blocks.ts'
import { formParts, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'

/** What staff can do to a service at its provider, by the same table as its client. */
export const serviceActs: Section = {
  pages: [
    { path: '/services/:id/actions', permission: 'service.read', draw: actsPage },
    { path: '/services/:id/actions/:action', permission: 'service.read', draw: actPage },
  ],
  acts: [{ path: '/services/:id/actions/:action', permission: 'service.read', again: actPage, act: takeAct }],
}

/** To the provider, as who runs the server; a page of ours stands between, and the address is in it alone. */
export function signOnRoute(router: Router<State>): void {
  router.post('/admin/services/:id/sign-on', async (ctx) => takeSignOn(ctx))
}

async function takeSignOn(ctx: RouteCtx): Promise<void> {
  const { deps, actor } = ctx.state
  permit(signOn, actor)
  const id = ctx.params.id!
  const href = `/admin/services/${id}/actions`
  await tryForm(ctx, {
    async redraw({ errors }) {
      flash(ctx, { tone: 'bad', text: errors[0]!.message })
      seeOther(ctx, href)
    },
    async act() {
      const { url } = await signOn(deps, { service_id: id }, actor)
      const { label } = await findService(deps.db, actor, { id, right: signOn.permission })
      await leave(ctx, url, { name: label, backHref: href })
    },
  })
}

const readerOf = ({ t, means, actor }: Desk) => ({ t, means, actor })

async function actsPage(desk: Desk, { params }: Asked): Promise<PageView> {
  const { t } = desk
  const service = await findService(desk.means.db, desk.actor, { id: params.id!, right: 'service.read' })
  const at = `/admin/services/${service.id}`
  const view = await actsView(readerOf(desk), service, at)
  const again = view.busy ? { again: `${at}/actions` } : {}
  return {
    head: {
      ...headOf(desk, service, t('acts.title', { label: service.label })),
      actions: view.acts
        .filter(({ isPost }) => isPost)
        .map(({ title, icon, href }) => ({ label: title, icon, post: href, plain: true })),
    },
    main: [
      ...(view.failed
        ? [{ kind: 'notice', id: 'acts-not-asked', tone: 'warn', text: t('acts.not_asked') } as const]
        : []),
      actList(desk, view),
      ...(view.snapshots ? [{ ...snapshotList(desk, view.snapshots), ...again }] : []),
    ],
    aside: [{ ...historyOf(desk, service, view), ...again }],
  }
}

const headOf = ({ t }: Desk, service: ServiceRow, title: string, last?: string): PageView['head'] => ({
  title,
  crumbs: [
    { label: t('admin.services.title'), href: '/admin/services' },
    { label: service.label, href: `/admin/services/${service.id}` },
    ...(last ? [{ label: t('acts.link'), href: `/admin/services/${service.id}/actions` }] : []),
    { label: last ?? t('acts.link') },
  ],
})

const actList = ({ t }: Desk, { acts }: ActsView): Block => ({
  kind: 'table',
  id: 'acts-offered',
  title: t('acts.what'),
  columns: [
    { label: t('acts.act'), phone: 'title' },
    { label: t('acts.what_it_does'), phone: 'line' },
  ],
  rows: acts
    .filter(({ isPost }) => !isPost)
    .map(({ key, href, title, text }) => ({ id: `act-${key}`, href, label: title, cells: [title, text] })),
  empty: { icon: 'plug', title: t('acts.none'), text: t('acts.none_text') },
})

const menuOf = (menu: readonly MenuItem[]) => (menu.length === 0 ? {} : { menu })

const TONES: Readonly<Record<string, Tone>> = { ready: 'good', creating: 'busy', failed: 'bad' }

const snapshotList = ({ t }: Desk, snapshots: NonNullable<ActsView['snapshots']>): Table => ({
  kind: 'table',
  id: 'acts-snapshots',
  title: t('acts.snapshots'),
  columns: [
    { label: t('acts.field.name'), phone: 'title' },
    { label: t('acts.made_at') },
    { label: t('admin.label.state'), phone: 'side' },
  ],
  rows: snapshots.map(({ reference, name, at, state, restoreHref, removeHref }) => ({
    id: `snapshot-${reference}`,
    label: name,
    cells: [
      name,
      { at: instant(Date.parse(at)) },
      { state, label: t(`acts.snapshot.${state}`), tone: TONES[state] ?? 'neutral' },
    ],
    ...menuOf([
      ...(restoreHref === null ? [] : [{ label: t('acts.restore'), href: restoreHref, icon: 'rotate' }]),
      ...(removeHref === null
        ? []
        : [{ label: t('acts.remove'), href: removeHref, icon: 'trash', danger: true }]),
    ]),
  })),
  empty: { icon: 'device-floppy', title: t('acts.no_snapshots') },
})

const historyOf = ({ t }: Desk, service: ServiceRow, { done }: ActsView): Timeline => ({
  kind: 'timeline',
  id: `service-${service.id}-acts`,
  title: t('acts.history'),
  empty: { icon: 'history', title: t('acts.nothing_done') },
  entries: done.map(({ id: _id, text, ...entry }) => ({ ...entry, ...(text === null ? {} : { text }) })),
})

const openedOf = (desk: Desk, asked: Asked) => ({
  ...readerOf(desk),
  ...{ serviceId: asked.params.id!, action: asked.params.action! },
  own: asked.query.own ?? (textOf(asked.form, 'own') || undefined),
})

async function actPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const sent = asked.refused?.values.values
  const { snapshot } = asked.query
  const values =
    typeof sent === 'object' && !Array.isArray(sent) ? sent : snapshot === undefined ? {} : { snapshot }
  const errors = { ...asked.refused?.fields }
  const form = await openForm({ ...openedOf(desk, asked), values, errors })
  const at = `/admin/services/${form.service.id}/actions`
  const { own, name, warning, title, text } = form
  const confirm = { kind: 'checkbox', name: 'confirmed', label: t('acts.confirm'), required: true }
  const fields = [...form.fields, ...(warning === null ? [] : [confirm])] as unknown as Field[]
  return {
    head: { ...headOf(desk, form.service, title, title), text },
    main: [
      ...(warning === null
        ? []
        : [
            {
              ...({ kind: 'notice', id: 'act-lost', tone: 'bad' } as const),
              ...{ title: t('acts.lost_title'), text: warning },
            },
          ]),
      {
        ...{ kind: 'form', id: 'act-form', action: `${at}/${name}${own ? `?own=${own.name}` : ''}` },
        fields,
        submit: { label: form.submit, kind: warning === null ? 'primary' : 'danger' },
        cancelHref: at,
        ...formParts(desk, asked),
      },
    ],
  }
}

async function takeAct(desk: Desk, asked: Asked) {
  const opened = openedOf(desk, asked)
  const { act, message } = await acted(readerOf(desk), opened.action, await sentInput(opened, asked.form))
  return { href: `/admin/services/${act.service_id}/actions`, message }
}
