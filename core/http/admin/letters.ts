import { dropLetter, postLetters, printLetter, printLetters } from '../../billing/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { letterList } from './views/letters.ts'

/** Documents that go by post: printed in one file, posted, marked. */
export const letters: Section = {
  pages: [{ path: '/letters', permission: 'letter.list', draw: letterList }],
  files: [
    { path: '/letters.pdf', permission: 'letter.print', send: printAll },
    { path: '/letters/:id.pdf', permission: 'letter.print_again', send: printOne },
  ],
  acts: [
    { path: '/letters', permission: 'letter.post', again: letterList, act: post },
    { path: '/letters/:id/drop', permission: 'letter.drop', again: letterList, act: drop },
  ],
}

const printing = ({ means }: Desk) => ({
  ...means,
  translator: (locale: string) => means.messages.translator(locale),
})
const sidesOf = ({ query }: Asked) => ({ duplex: query.sides === '2' })

/** Shown in the browser, from which it is printed. */
async function printAll(desk: Desk, asked: Asked) {
  const input = { through: asked.query.through, ...sidesOf(asked) }
  return { type: 'application/pdf', body: await printLetters(printing(desk), input, desk.actor) }
}

async function printOne(desk: Desk, asked: Asked) {
  const input = { letter_id: asked.params.id, ...sidesOf(asked) }
  return { type: 'application/pdf', body: await printLetter(printing(desk), input, desk.actor) }
}

async function post({ means, actor, t }: Desk, { form }: Asked) {
  const count = await postLetters(means, { through: textOf(form, 'through') }, actor)
  return { href: '/admin/letters', message: t('admin.letters.posted', { count }) }
}

async function drop({ means, actor, t }: Desk, { params }: Asked) {
  await dropLetter(means, { letter_id: params.id }, actor)
  return { href: '/admin/letters', message: t('admin.letters.dropped') }
}
