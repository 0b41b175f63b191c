import { listSchedules, type ScheduleState } from '../../../jobs/index.ts'
import { sql } from '../../../db/index.ts'
import { NotFound, type Instant } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { Block, PageView } from '../blocks.ts'
import { labeller, type Asked, type Desk } from '../desk.ts'
import { actorCell, actorJoins, actorName, actorNamed, type Acted } from './actor-name.ts'
import { allowed } from './clients.ts'
import { listPage } from './list-page.ts'
import { placeOfId } from './search.ts'
import { pretty } from './webhook-events.ts'
import { hookName, jobName, said, scheduleName } from './words.ts'

const DEAD_SHOWN = 200

/** Schedules and jobs that were given up: what runs by itself, and where it stopped. */
export async function automationPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { means, t } = desk
  const l = labeller(desk)
  const schedules = await listSchedules(means.db)
  const dead = await means.jobDesk.listDeadJobs(DEAD_SHOWN)
  return {
    head: {
      title: t('admin.automation.title'),
      actions: [{ label: t('admin.events.title'), href: '/admin/events', icon: 'bolt' }],
    },
    main: [
      {
        kind: 'table',
        id: 'dead-jobs',
        title: t('admin.automation.dead'),
        columns: [
          { label: l('task'), phone: 'title' },
          { label: l('problem') },
          { label: l('attempts'), align: 'end', phone: 'hide' },
          { label: l('at'), phone: 'side' },
        ],
        rows: dead.map((job) => ({
          id: `row-${job.id}`,
          label: jobName(desk, job.task),
          cells: [
            { words: jobName(desk, job.task), code: job.task },
            job.error,
            job.attempts,
            { at: job.died_at },
          ],
          ...(allowed(desk, 'job.retry')
            ? {
                menu: [
                  {
                    label: t('admin.automation.retry'),
                    href: `/admin/jobs/${job.id}/retry`,
                    icon: 'refresh',
                    post: true,
                  },
                ],
              }
            : {}),
        })),
        empty: { icon: 'circle-check', title: t('admin.automation.none_dead') },
      },
      scheduleTable(desk, schedules),
    ],
  }
}

interface Event extends Acted {
  id: string
  type: string
  subject: string
  client_id: string | null
  occurred_at: Instant
  body: string
}

export function eventList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  return listPage<Event>(desk, asked, {
    noun: 'events',
    path: '/admin/events',
    icon: 'bolt',
    listing: {
      columns: sql`e.id, e.type, e.subject, e.actor, ${actorNamed}, e.client_id, e.occurred_at`,
      from: sql`from events e ${actorJoins('e.actor')}`,
      where: [scoped(desk.actor, { table: 'e' })],
      key: sql`e.id`,
    },
    searchIn: [sql`e.type`, sql`e.subject`, sql`e.id`],
    filters: { subject: sql`e.subject`, type: sql`e.type`, client: sql`e.client_id` },
    columns: [
      { label: l('type'), phone: 'title' },
      { label: l('record') },
      { label: l('by'), phone: 'hide' },
      { label: l('at') },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/events/${row.id}`,
      label: hookName(desk, row.type),
      cells: [
        { words: hookName(desk, row.type), code: row.type },
        recordCell(row.subject),
        actorName(desk, row),
        { at: row.occurred_at },
      ],
    }),
  })
}

/** A link to the page of a record, or its bare id. */
export function recordCell(id: string) {
  const place = placeOfId(id)
  return place ? { href: place, text: id } : { mono: id }
}

export async function eventPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const id = asked.params.id!
  const event = await means.db.get<Event>(
    sql`select e.*, ${actorNamed} from events e ${actorJoins('e.actor')} where e.id = ${id} and ${scoped(actor, { table: 'e' })}`,
  )
  if (!event) throw NotFound({ what: 'event', id })
  const receipts = await means.db.all<{ consumer: string; handled_at: Instant }>(
    sql`select consumer, handled_at from event_receipts where event_id = ${id} order by handled_at, consumer`,
  )
  const title = hookName(desk, event.type)
  return {
    head: {
      title,
      crumbs: [{ label: t('admin.events.title'), href: '/admin/events' }, { label: title }],
      actions: allowed(desk, 'event.replay')
        ? [{ label: t('admin.events.replay'), post: `/admin/events/${id}/replay`, icon: 'refresh' }]
        : [],
    },
    main: [
      { kind: 'text', id: 'event-body', title: t('admin.events.body'), text: pretty(event.body) },
      {
        kind: 'table',
        id: 'event-receipts',
        title: t('admin.events.receipts'),
        columns: [
          { label: l('consumer'), phone: 'title' },
          { label: l('at'), phone: 'side' },
        ],
        rows: receipts.map((row) => ({
          id: `row-${row.consumer}`,
          label: row.consumer,
          cells: [{ mono: row.consumer }, { at: row.handled_at }],
        })),
        empty: { icon: 'bolt', title: t('admin.events.unheard') },
      },
    ],
    aside: [
      {
        kind: 'facts',
        id: 'event-facts',
        items: [
          { label: l('type'), value: { mono: event.type } },
          { label: l('record'), value: recordCell(event.subject) },
          { label: l('client'), value: event.client_id ? recordCell(event.client_id) : null },
          { label: l('by'), value: actorCell(desk, event) },
          { label: l('at'), value: { at: event.occurred_at } },
          { label: l('id'), value: { copy: event.id, label: l('id') } },
        ],
      },
    ],
  }
}

function scheduleTable(desk: Desk, schedules: readonly ScheduleState[]): Block {
  const { t } = desk
  const l = labeller(desk)
  const now = desk.means.business.now()
  return {
    kind: 'table',
    id: 'schedules',
    title: t('admin.automation.schedules'),
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('next_run') },
      { label: l('last_run'), phone: 'hide' },
      { label: l('state'), phone: 'side' },
      { label: l('result') },
    ],
    rows: schedules.map((row) => ({
      id: `row-${row.id}`,
      label: scheduleName(desk, row.id),
      cells: [
        { words: scheduleName(desk, row.id), code: row.id },
        row.due_at < now
          ? { cells: [{ at: row.due_at }, { state: 'overdue', label: t('admin.automation.late') }] }
          : { at: row.due_at },
        { at: row.last_ended_at },
        row.last_outcome ? { state: row.last_outcome } : null,
        resultWords(desk, row.last_result),
      ],
      ...(allowed(desk, 'schedule.run')
        ? {
            menu: [
              {
                label: t('admin.automation.run'),
                href: `/admin/schedules/${row.id}/run`,
                icon: 'player-play',
                post: true,
              },
            ],
          }
        : {}),
    })),
    empty: { icon: 'clock', title: t('admin.automation.no_schedules') },
  }
}

/** "invoices: 3, days: 1" of what a schedule answered; what did not happen at all is left out. */
function resultWords(desk: Desk, json: string | null): string | null {
  const result: unknown = json === null ? null : JSON.parse(json)
  if (result === null || typeof result !== 'object') return result === null ? null : String(result as string)
  if ('error' in result) return String(result.error)
  const told = Object.entries(result).filter(([, count]) => count !== 0 && count !== false)
  return told
    .map(([name, count]) => {
      const word = said(desk, 'admin.schedule_result', name)
      return count === true ? word : `${word}: ${typeof count === 'object' ? JSON.stringify(count) : count}`
    })
    .join(', ')
}
