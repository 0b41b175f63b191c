import type { Asked, Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { auditFile, auditList, auditPage } from './views/audit-log.ts'

export const audit: Section = {
  files: [{ path: '/audit.csv', permission: 'audit.list', send: sendFile }],
  pages: [
    { path: '/audit', permission: 'audit.list', draw: auditList },
    { path: '/audit/:id', permission: 'audit.read', draw: auditPage },
  ],
}

async function sendFile(desk: Desk, asked: Asked) {
  return { name: 'audit.csv', type: 'text/csv; charset=utf-8', body: await auditFile(desk, asked) }
}
