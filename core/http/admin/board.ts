import type { Section } from './pages.ts'
import { boardPage } from './views/board.ts'
import { searchPage } from './views/search.ts'

export const board: Section = {
  pages: [
    { path: '', permission: 'board.read', draw: boardPage, slot: 'admin.board.widget' },
    { path: '/search', permission: 'search.read', draw: searchPage },
  ],
}
