import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql } from '../../db/index.ts'
import { NotFound } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import type { Asked, Desk } from './desk.ts'
import type { Section } from './pages.ts'
import type { AdminPorts } from './ports.ts'
import { automationPage, eventList, eventPage } from './views/automation.ts'

export const automation: Section = {
  pages: [
    { path: '/jobs', permission: 'job.list', draw: automationPage },
    { path: '/schedules', permission: 'job.list', draw: automationPage },
    { path: '/events', permission: 'event.list', draw: eventList },
    { path: '/events/:id', permission: 'event.read', draw: eventPage },
  ],
  acts: [
    { path: '/jobs/:id/retry', permission: 'job.retry', again: automationPage, act: retry },
    { path: '/schedules/:id/run', permission: 'schedule.run', again: automationPage, act: run },
    { path: '/events/:id/replay', permission: 'event.replay', again: eventPage, act: replay },
  ],
}

/** Puts a job that was given up back to work, with all its tries. */
export const retryJob = defineVerb(
  { permission: 'job.retry', audience: ['staff'], input: Type.Object({ job_id: Type.String() }) },
  async (means: Means & Pick<AdminPorts, 'jobDesk'>, { job_id }, actor): Promise<void> => {
    await means.jobDesk.retryJob(job_id)
    await means.db.transaction((trx) =>
      recordAudit(means, trx, actor, [{ action: 'job.retry', subject: job_id }]),
    )
  },
)

/** Runs a schedule beside its time. */
export const runSchedule = defineVerb(
  { permission: 'schedule.run', audience: ['staff'], input: Type.Object({ schedule_id: Type.String() }) },
  (means: Means, { schedule_id: name }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      if (!(await trx.get(sql`select id from schedules where id = ${name}`)))
        throw NotFound({ what: 'schedule', id: name })
      await recordAudit(means, trx, actor, [{ action: 'schedule.run', subject: name }])
      await means.jobs.enqueue(trx, [{ task: 'schedules.run', payload: { name }, key: `schedule:${name}` }])
    }),
)

/** Lets every consumer that has no receipt of the event hear it once more. */
export const replayEvent = defineVerb(
  { permission: 'event.replay', audience: ['staff'], input: Type.Object({ event_id: Type.String() }) },
  async (means: Means, { event_id }, actor): Promise<void> => {
    await findRow(means.db, actor, { table: 'events', what: 'event', id: event_id })
    await means.db.transaction(async (trx) => {
      await recordAudit(means, trx, actor, [{ action: 'event.replay', subject: event_id }])
      await means.jobs.enqueue(trx, [{ task: 'events.deliver', payload: { ids: [event_id] } }])
    })
  },
)

async function retry({ means, actor, t }: Desk, { params }: Asked) {
  await retryJob(means, { job_id: params.id }, actor)
  return { href: '/admin/jobs', message: t('admin.automation.retried') }
}

async function run({ means, actor, t }: Desk, { params }: Asked) {
  await runSchedule(means, { schedule_id: params.id }, actor)
  return { href: '/admin/jobs', message: t('admin.automation.started', { name: params.id! }) }
}

async function replay({ means, actor, t }: Desk, { params }: Asked) {
  await replayEvent(means, { event_id: params.id }, actor)
  return { href: `/admin/events/${params.id!}`, message: t('admin.events.replayed') }
}
