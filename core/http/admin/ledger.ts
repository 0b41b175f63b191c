import type { Section } from './pages.ts'
import { journalList, journalPage, ledgerPage } from './views/ledger.ts'

export const ledger: Section = {
  pages: [
    { path: '/ledger', permission: 'ledger.read', draw: ledgerPage },
    { path: '/ledger/journals', permission: 'ledger.read', draw: journalList },
    { path: '/ledger/journals/:id', permission: 'ledger.read', draw: journalPage },
  ],
}
