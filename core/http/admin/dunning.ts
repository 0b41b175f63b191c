import type { Section } from './pages.ts'
import { dunningCases, dunningPage } from './views/dunning.ts'

export const dunning: Section = {
  pages: [
    { path: '/dunning', permission: 'dunning.report', draw: dunningPage },
    { path: '/dunning/cases', permission: 'dunning.report', draw: dunningCases },
  ],
}
