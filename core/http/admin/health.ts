import type { PageView } from './blocks.ts'
import { labeller, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'

export const health: Section = { pages: [{ path: '/health', permission: 'health.read', draw: healthPage }] }

/** One line a thing: whether it is well, what it is like, and what to do; below it the same to copy. */
async function healthPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { means, t } = desk
  const l = labeller(desk)
  const lines = await means.health()
  const well = lines.every(({ ok }) => ok)
  return {
    head: {
      title: t('admin.health.title'),
      status: [{ state: well ? 'healthy' : 'degraded' }],
      actions: [{ label: t('admin.health.again'), href: '/admin/health', icon: 'refresh' }],
    },
    main: [
      {
        kind: 'table',
        id: 'health-lines',
        title: t('admin.health.parts'),
        columns: [
          { label: l('part'), phone: 'title' },
          { label: l('state'), phone: 'side' },
          { label: l('detail') },
        ],
        rows: lines.map(({ name, ok, detail }) => ({
          id: `health-${name}`,
          label: name,
          cells: [name, { state: ok ? 'healthy' : 'degraded' }, detail],
        })),
        empty: { icon: 'heartbeat', title: t('admin.health.none') },
      },
      {
        kind: 'text',
        id: 'health-report',
        title: t('admin.health.report'),
        text: lines.map(({ name, ok, detail }) => `${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}`).join('\n'),
      },
    ],
  }
}
