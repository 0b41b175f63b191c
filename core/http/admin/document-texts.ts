import { changeText, createText, retireText } from '../../billing/index.ts'
import type { FormBody } from '../context.ts'
import { countOf, optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { editText, newText, textList } from './views/document-texts.ts'

export const documentTexts: Section = {
  pages: [
    { path: '/document-texts', permission: 'document_text.list', draw: textList },
    { path: '/document-texts/new', permission: 'document_text.create', draw: newText },
    { path: '/document-texts/:id', permission: 'document_text.read', draw: editText },
  ],
  acts: [
    { path: '/document-texts', permission: 'document_text.create', again: newText, act: create },
    { path: '/document-texts/:id', permission: 'document_text.change', again: editText, act: change },
    { path: '/document-texts/:id/retire', permission: 'document_text.retire', again: editText, act: retire },
  ],
}

const contentOf = (form: FormBody) => ({
  name: textOf(form, 'name'),
  kind: textOf(form, 'kind'),
  country: optional(form, 'country'),
  situation: textOf(form, 'situation'),
  locale: optional(form, 'locale'),
  body: textOf(form, 'body'),
  position: countOf(form, 'position') ?? 0,
})

async function create({ means, actor, t }: Desk, { form }: Asked) {
  const input = { brand_id: textOf(form, 'brand_id'), ...contentOf(form) }
  await createText(means, input, actor)
  return { href: '/admin/document-texts', message: t('admin.document_texts.created', { name: input.name }) }
}

async function change({ means, actor, t }: Desk, { form, params, version }: Asked) {
  const input = { text_id: params.id, ...(version ? { version } : {}), ...contentOf(form) }
  await changeText(means, input, actor)
  return { href: '/admin/document-texts', message: t('admin.document_texts.changed', { name: input.name }) }
}

async function retire({ means, actor, t }: Desk, { params }: Asked) {
  await retireText(means, { text_id: params.id }, actor)
  return { href: '/admin/document-texts', message: t('admin.document_texts.retired') }
}
