import type { Router } from '@koa/router'
import { Type } from '../../../sdk/index.ts'
import { defineVerb } from '../../records/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { PageNotFound } from '../errors.ts'
import {
  field,
  formInput,
  formKeys,
  fragmentOrSeeOther,
  page,
  seeOther,
  tryForm,
  type FormProblem,
} from '../page/index.ts'

/** What a sample or test installation lets staff do beyond a real one. */
export interface SampleDesk {
  /** Simulated companies beside this process; none on a test installation. */
  companies: readonly Company[]
  /** Moves the business clock and ends when all work due by then is done. */
  advance(days: number): Promise<unknown>
}

export interface Company {
  key: 'stripe' | 'pterodactyl' | 'mail'
  /** Origin of its pages and controls. */
  url: string
}

const DAYS_MAX = 62

export const advanceClock = defineVerb(
  {
    permission: 'clock.advance',
    audience: ['staff'],
    input: Type.Object({ days: Type.Integer({ minimum: 1, maximum: DAYS_MAX }) }),
  },
  ({ advance }: SampleDesk, { days }) => advance(days),
)

/** What its next calls answer, so that staff see how the shop takes it. */
export const failNextCall = defineVerb(
  {
    permission: 'simulator.fail',
    audience: ['staff'],
    input: Type.Object({ company: Type.Union([Type.Literal('stripe'), Type.Literal('pterodactyl')]) }),
  },
  async ({ companies }: SampleDesk, { company }) => {
    const { url } = companies.find(({ key }) => key === company) ?? {}
    const fault = company === 'stripe' ? { status: 500, times: 1 } : { status: 500, calls: 1 }
    await fetch(`${url}/_control/fail`, { method: 'POST', body: JSON.stringify(fault) })
  },
)

/** Pages that anybody may open. They are there on sample installations alone. */
export function sampleRoutes(router: Router<State>): void {
  router.get('/sample', showSample)
  router.get('/sample/mail', (ctx: RouteCtx) => leave(ctx, companyOf(ctx, 'mail')))
  for (const path of ['/sample/clock', '/sample/companies'])
    router.get(path, (ctx: RouteCtx) => seeOther(ctx, (deskOf(ctx), '/admin/sample')))
}

/** For staff, on sample and test installations. */
export function sampleDeskRoutes(router: Router<State>): void {
  router.get('/admin/sample', (ctx: RouteCtx) => drawDesk(ctx))
  router.post('/sample/clock', takeAdvance)
  router.post('/admin/sample/fail', takeFail)
}

function deskOf(ctx: RouteCtx): SampleDesk {
  const { sample } = ctx.state.deps
  if (!sample) throw PageNotFound({ path: ctx.path })
  return sample
}

function companyOf(ctx: RouteCtx, wanted: Company['key']): string {
  const company = deskOf(ctx).companies.find(({ key }) => key === wanted)
  if (!company) throw PageNotFound({ path: ctx.path })
  return company.url
}

function leave(ctx: RouteCtx, url: string): void {
  ctx.status = 303
  ctx.set('Location', url)
}

async function showSample(ctx: RouteCtx): Promise<void> {
  const { companies } = deskOf(ctx)
  const { t, deps } = ctx.state
  await page(ctx, 'system/sample', { companies, now: deps.business.now() }, { title: t('sample.title') })
}

async function drawDesk(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { companies } = deskOf(ctx)
  const { t, deps } = ctx.state
  const clock = { now: deps.business.now(), days: problem?.values.days ?? 1, max: DAYS_MAX }
  const view = { companies, clock, keys: formKeys(), problem }
  await page(ctx, 'system/sample-desk', view, { title: t('sample.desk.title') })
}

async function takeAdvance(ctx: RouteCtx): Promise<void> {
  const { actor, t } = ctx.state
  const desk = deskOf(ctx)
  await tryForm(ctx, {
    redraw: (problem) => drawDesk(ctx, problem),
    labels: { days: t('sample.desk.days') },
    async act() {
      await advanceClock(desk, { days: Number(field(ctx, 'days')) }, actor)
      fragmentOrSeeOther(ctx, { href: '/admin/sample', message: t('sample.desk.advanced') })
    },
  })
}

async function takeFail(ctx: RouteCtx): Promise<void> {
  const { actor, t } = ctx.state
  await failNextCall(deskOf(ctx), formInput(ctx, failNextCall.input), actor)
  fragmentOrSeeOther(ctx, { href: '/admin/sample', message: t('sample.desk.will_fail') })
}
