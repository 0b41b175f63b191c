import type { Section } from './pages.ts'
import { auditList, auditPage } from './views/audit-log.ts'

export const audit: Section = {
  pages: [
    { path: '/audit', permission: 'audit.list', draw: auditList },
    { path: '/audit/:id', permission: 'audit.read', draw: auditPage },
  ],
}
