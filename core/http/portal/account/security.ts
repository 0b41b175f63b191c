import type { Router } from '@koa/router'
import {
  changeEmail,
  changePassword,
  endOtherSessions,
  endSession,
  listSessions,
  listSignIns,
} from '../../../identity/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import {
  field,
  flash,
  formInput,
  formKeys,
  page,
  requireUser,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'
import { accountTabs } from './tabs.ts'

const HREF = '/portal/security'

export function securityRoutes(router: Router<State>): void {
  router.get(HREF, (ctx) => drawSecurity(ctx))
  router.post(`${HREF}/email`, takeEmail)
  router.post(`${HREF}/password`, takePassword)
  router.post(`${HREF}/sessions/end-others`, takeEndOthers)
  router.post(`${HREF}/sessions/:sessionId/end`, takeEnd)
}

type FormName = 'email' | 'password'

/** CP-18. */
async function drawSecurity(
  ctx: RouteCtx,
  refused?: { form: FormName; problem: FormProblem },
): Promise<void> {
  const { deps, t } = ctx.state
  const { user, actor } = requireUser(ctx)
  const sessions = await listSessions(deps, {}, actor)
  const signIns = await listSignIns(deps, {}, actor)
  const view = {
    tabs: accountTabs(t, 'security'),
    email: user.email,
    sessions: sessions.map((session) => ({
      ...{ id: session.id, isCurrent: session.current, address: session.address },
      ...{ agent: agentName(session.agent), seenAt: session.last_seen_at, since: session.created_at },
      endHref: `${HREF}/sessions/${session.id}/end`,
    })),
    signIns: signIns.slice(0, 15).map((record) => ({
      ...{ outcome: record.outcome, address: record.address, agent: agentName(record.agent) },
      at: record.occurred_at,
    })),
    keys: formKeys(),
    forms: { email: noProblem, password: noProblem, ...(refused && { [refused.form]: refused.problem }) },
  }
  await page(ctx, 'portal/account/security', view, { title: t('portal.security.title') })
}

const noProblem: FormProblem = { values: {}, errors: [], fieldErrors: {} }

/** The same words whether or not the new address has an account: that is told there alone. */
async function takeEmail(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await tryForm(ctx, {
    shown: [409, 422, 429],
    redraw: (problem) => drawSecurity(ctx, { form: 'email', problem }),
    async act() {
      const input = formInput(ctx, changeEmail.input)
      await changeEmail(deps, input, actor)
      flash(ctx, { tone: 'good', text: t('portal.security.asked_email', { email: field(ctx, 'email') }) })
      seeOther(ctx, HREF)
    },
  })
}

async function takePassword(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await tryForm(ctx, {
    shown: [409, 422, 429],
    redraw: (problem) => drawSecurity(ctx, { form: 'password', problem }),
    async act() {
      await changePassword(deps, formInput(ctx, changePassword.input), actor)
      flash(ctx, { tone: 'good', text: t('portal.security.changed') })
      seeOther(ctx, HREF)
    },
  })
}

async function takeEnd(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await endSession(deps, { session_id: ctx.params.sessionId }, actor)
  flash(ctx, { tone: 'good', text: t('portal.security.ended') })
  seeOther(ctx, HREF)
}

async function takeEndOthers(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const count = await endOtherSessions(deps, {}, actor)
  flash(ctx, { tone: 'good', text: t('portal.security.ended_others', { count }) })
  seeOther(ctx, HREF)
}

const BROWSERS = [/Edg\//, /Firefox\//, /OPR\//, /Chrome\//, /Safari\//]
const NAMES = ['Edge', 'Firefox', 'Opera', 'Chrome', 'Safari']
const SYSTEMS = /Windows|Android|iPhone|iPad|Mac OS X|Linux/

/** "Firefox, Linux": what people recognise of the long text that a browser sends. */
function agentName(agent: string): string {
  const index = BROWSERS.findIndex((pattern) => pattern.test(agent))
  const system = SYSTEMS.exec(agent)?.[0].replace('Mac OS X', 'macOS')
  return [NAMES[index], system].filter(Boolean).join(', ') || agent.slice(0, 40) || '–'
}
