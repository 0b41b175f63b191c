import { createHash } from 'node:crypto'
import type { Router } from '@koa/router'
import type { Block } from '../../../sdk/index.ts'
import { covers, NotFound } from '../../kernel/index.ts'
import { checkForm } from '../../records/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { flash, page, safePath, seeOther, tryForm, type FormProblem } from '../page/index.ts'
import { schemaValues } from '../admin/schema-values.ts'
import { askKept, forgetAnswers } from './ask-kept.ts'
import { blockViews, formView, type BlockView } from './block-views.ts'
import { openForm, type ShownForm } from './form-seal.ts'
import { findPage, type OwnPage } from './list-pages.ts'
import { viewerOf } from './viewer.ts'

/** Pages that plugins add to the shop, and what their forms there send. */
export function openPlaceRoutes(router: Router<State>): void {
  router.get('/x/:plugin/:page', showOwnPage)
  router.post('/x/:instance/acts/:action', takeForm)
}

/** The same behind the doors of clients and staff. */
export function insidePlaceRoutes(router: Router<State>): void {
  for (const area of ['portal', 'admin']) {
    router.get(`/${area}/x/:plugin/:page`, showOwnPage)
    router.post(`/${area}/x/:instance/acts/:action`, takeForm)
  }
}

interface DrawnPage {
  title: string
  blocks: readonly Block[]
}

async function showOwnPage(ctx: RouteCtx): Promise<void> {
  const { plugin, page: key } = ctx.params as { plugin: string; page: string }
  const found = await findPage(ctx, plugin, key)
  if (!found || !mayOpen(ctx, found)) throw NotFound({ what: 'page', id: `${plugin}/${key}` })
  const input = { page: key, query: ctx.query as Record<string, string>, viewer: viewerOf(ctx) }
  const { instance, stamp } = found
  const call = { instance, stamp, kind: 'add_on', operation: 'draw_page' } as const
  const told = await askKept<DrawnPage>(ctx, { ...call, input: oneEach(input) }, () => 0)
  const title = 'value' in told ? told.value.title : found.title
  const blocks = 'value' in told ? blockViews(ctx, told.value.blocks, { instance }) : null
  await page(ctx, 'x/page', { title, plugin: found.plugin, blocks }, { title, status: blocks ? 200 : 502 })
}

/** Of a name that came twice, the first: plugins get one text each. */
function oneEach<I extends { query: Record<string, string | string[]> }>(input: I) {
  const query = Object.entries(input.query).map(([name, value]) => [name, String([value].flat()[0])])
  return { ...input, query: Object.fromEntries(query) as Record<string, string> }
}

const mayOpen = ({ state }: RouteCtx, { permission }: OwnPage): boolean =>
  permission === undefined || covers(rightsOf(state.actor), permission)

const rightsOf = ({ permissions, grants }: State['actor']): string[] => [
  ...permissions,
  ...grants.flatMap(({ rights }) => rights),
]

type Answer =
  | { outcome: 'done'; message?: string }
  | { outcome: 'refused'; message: string }
  | { outcome: 'ask'; form: Record<string, unknown>; message: string }

async function takeForm(ctx: RouteCtx): Promise<void> {
  const { about, seal, back } = ctx.state.form
  const shown = openForm(ctx, { about: textOf(about), seal: textOf(seal) })
  const { instance, action } = ctx.params as { instance: string; action: string }
  if (!shown || shown.instance !== instance || shown.action !== action)
    throw NotFound({ what: 'form', id: action })
  const href = safePath(back, '/')
  await tryForm(ctx, {
    act: () => send(ctx, shown, href),
    redraw: (problem) => showForm(ctx, { shown, back: href, problem }),
  })
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

async function send(ctx: RouteCtx, shown: ShownForm, back: string): Promise<void> {
  const { deps, requestId } = ctx.state
  const { settings } = schemaValues(shown.form, [], ctx.state.form.values)
  const values = checkForm(shown.form, settings)
  const { instance, action, record } = shown
  const input = {
    ...{ idempotency_key: formAct(ctx), action, values, viewer: viewerOf(ctx) },
    ...(record ? { record } : {}),
  }
  const options = { deadline: 'act', requestId } as const
  const answer = await deps.plugins.call<Answer>(instance, 'add_on', 'submit', input, options)
  forgetAnswers(ctx, instance)
  if (answer.outcome === 'ask') {
    const next = { ...shown, form: answer.form }
    return showForm(ctx, { shown: next, back, said: answer.message })
  }
  const { message } = answer
  if (message) flash(ctx, { tone: answer.outcome === 'done' ? 'good' : 'bad', text: message })
  seeOther(ctx, back)
}

/** One key for one form as it was sent: what is sent again is the same act, what was corrected is another one. */
function formAct(ctx: RouteCtx): string {
  const { formKeys, form, signedIn, guest, requestId } = ctx.state
  const by = signedIn?.session.id ?? guest
  const sent = [by, formKeys.once ?? requestId, ctx.path, form]
  return `form/${createHash('sha256').update(JSON.stringify(sent)).digest('base64url')}`
}

interface FormPage {
  shown: ShownForm
  back: string
  said?: string
  problem?: FormProblem
}

/** The form alone on a page: again with the reasons, or the next one that the plugin asks for. */
async function showForm(ctx: RouteCtx, { shown, back, said, problem }: FormPage): Promise<void> {
  const { instance, record, action, label } = shown
  const kept = {
    back,
    ...(problem ? { values: valuesOf(ctx), errors: problem.fieldErrors } : {}),
  }
  const origin = { instance, ...(record ? { record } : {}) }
  const form = formView(ctx, { action, label, form: shown.form as Record<string, unknown> }, origin, kept)
  const text = said ?? problem?.errors.find((error) => !error.name)?.message
  const blocks: BlockView[] = [
    ...(text === undefined ? [] : [{ block: 'notice', tone: 'info', text } as const]),
    form,
  ]
  await page(ctx, 'x/page', { title: label, blocks }, { title: label })
}

const valuesOf = ({ state }: RouteCtx): Record<string, unknown> => {
  const { values } = state.form
  return values !== undefined && typeof values === 'object' && !Array.isArray(values) ? { ...values } : {}
}
