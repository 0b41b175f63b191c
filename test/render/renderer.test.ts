import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { after } from 'node:test'
import { createMessages } from '../../core/i18n/index.ts'
import { createAssets, createRenderer, type RendererOptions } from '../../core/render/index.ts'
import { frameOf } from './gallery-frame.ts'

const root = join(import.meta.dirname, '../..')
const theme = mkdtempSync(join(tmpdir(), 'berth-theme-'))
after(() => rmSync(theme, { recursive: true }))
const themeFolders = [theme, join(root, 'themes/default')]
write('portal/hello.eta', '<p id="hello"><%= it.name %> <%= part(\'_row\', { n: 1 }) %></p>')
write('portal/_row.eta', '<i><%= it.n %>|<%= it.name %></i>')
write(
  'portal/box.eta',
  "<% draw('card', { title: 'Box', body: capture(() => { %><b><%= it.name %></b><% }) }) %>",
)
write('portal/slot.eta', "[<%= slot('portal.service.aside') %>]")
write('portal/escape.eta', "<%= part('../../secret') %>")
write('portal/world.eta', '<%= typeof process %> <%= typeof require %>')
write('portal/head.eta', "<% fill('head', capture(() => { %><i><%= it.name %></i><% })) %>")
write('portal/out.eta', '<% output(it.name) %>')
write('../secret-outside.eta', 'secret')
after(() => rmSync(join(theme, '../secret-outside.eta')))
write('components/money.eta', '<span>own</span>')
write('mail/paid.eta', '<p><%= it.name %></p>')

const frame = frameOf('portal')
const options: RendererOptions = {
  themeFolders,
  messages: createMessages({ folder: join(root, 'locales'), strict: true }),
  assets: createAssets({ themeFolders }),
}
const renderer = createRenderer(options)

test('a part gets its own view and nothing of its parent', () => {
  assert.equal(
    renderer.fragment('portal/hello', { name: '<Ada>' }, frame),
    '<p id="hello">&lt;Ada&gt; <i>1|</i></p>',
  )
})

test('page and fragment hold the same markup', () => {
  const fragment = renderer.fragment('portal/hello', { name: 'Ada' }, frame)
  const page = renderer.page('portal/hello', { name: 'Ada' }, frame).toString()
  assert.ok(page.includes(fragment))
  assert.match(page, /^<!doctype html>/)
  assert.match(page, /<main id="main"/)
  assert.ok(!fragment.includes('<main'))
})

test('captured markup goes into a component unescaped, its values escaped', () => {
  assert.match(renderer.fragment('portal/box', { name: '<x>' }, frame), /<b>&lt;x&gt;<\/b>/)
})

test('output escapes as well', () => {
  assert.equal(renderer.fragment('portal/out', { name: '<x>' }, frame), '&lt;x&gt;')
})

test('a theme overrides file by file', () => {
  assert.equal(renderer.fragment('components/money', {}, frame), '<span>own</span>')
  assert.match(renderer.fragment('components/date', { day: '2026-03-01' }, frame), /1 Mar 2026/)
})

test('a template outside the theme folders is refused', () => {
  assert.throws(() => renderer.fragment('../secret-outside', {}, frame), /No theme has the template/)
  assert.throws(() => renderer.fragment('portal/escape', {}, frame), /No theme has the template/)
  assert.throws(
    () => renderer.fragment('portal/none', {}, frame),
    /No theme has the template "portal\/none.eta"/,
  )
})

test('a template does not see the process', () => {
  assert.equal(renderer.fragment('portal/world', {}, frame), 'undefined undefined')
})

test('a slot shows what plugins gave for its place, escaped, and nothing where nobody gave anything', () => {
  assert.equal(renderer.fragment('portal/slot', {}, frame), '[]')
  const blocks = [{ block: 'text', text: '<u>' }]
  const view = { id: 'slot-portal-service-aside', late: false, parts: [{ plugin: 'p', blocks }] }
  const shown = renderer.fragment('portal/slot', {}, { ...frame, slots: { 'portal.service.aside': view } })
  assert.match(shown, /^\[<div id="slot-portal-service-aside"[\s\S]*<p>&lt;u&gt;<\/p>/)
})

test('further parts carry their place', () => {
  const text = renderer.parts(
    { template: 'portal/hello', view: { name: 'Ada' } },
    [{ template: 'portal/_row', view: { n: 2 }, target: '#cart-total' }],
    frame,
  )
  assert.ok(text.endsWith('<hx-partial hx-target="#cart-total" hx-swap="outerHTML"><i>2|</i></hx-partial>'))
})

test('a mail stands in the layout of mails', () => {
  const text = renderer.mail(
    'mail/paid',
    {
      name: 'Ada',
      subject: 'Thank you',
      button: { label: 'Open', href: 'https://x.example/', colour: '#3550c8', ink: '#ffffff' },
      footer: ['Kontor Hosting GmbH', 'HRB 98765'],
    },
    frame,
  )
  assert.match(text, /<title>Thank you<\/title>/)
  assert.match(text, /<p>Ada<\/p>/)
  assert.match(text, /href="https:\/\/x.example\/">Open/)
  assert.match(text, />Kontor Hosting GmbH<br>HRB 98765</)
})

test('the frame shows what must not be overlooked', () => {
  const bytes = renderer.page(
    'portal/hello',
    { name: 'Ada' },
    {
      ...frame,
      locale: 'ar',
      flashes: [{ tone: 'good', text: 'Coupon <SPRING> removed.' }],
      impersonation: {
        by: 'Grace',
        client: 'Ada',
        reason: 'Ticket 7',
        until: frame.sample!.clock,
        endHref: '/end',
      },
    },
  )
  const page = bytes.text
  assert.match(page, /dir="rtl"/)
  assert.match(page, /tabler\.rtl\.[0-9a-f]{12}\.css/)
  assert.match(page, /Coupon &lt;SPRING&gt; removed\./)
  assert.match(page, /Grace acts as Ada until /)
  assert.match(page, /Sample shop\. Nothing here is real\./)
})

function write(path: string, text: string): void {
  const file = join(theme, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

test('a kept layout is the layout drawn anew, whatever of the frame changes', () => {
  const anew = createRenderer({ ...options, cache: false })
  const kept = createRenderer(options)
  const base = frameOf('admin')
  const frames = [
    base,
    { ...base, title: 'Täxt <b> & "more"', path: '/admin/x?q="1"&y=€', csrf: 'other' },
    { ...base, csrf: '' },
    { ...base, nav: base.nav.map((entry, i) => ({ ...entry, active: i === 2 })) },
    { ...base, nav: base.nav.slice(1) },
    { ...base, person: { ...base.person!, name: 'Somebody Else' } },
    { ...base, theme: 'dark' as const },
    { ...base, locale: 'de' },
    { ...base, banner: { tone: 'bad' as const, text: 'Overdue' } },
    { ...base, flashes: [{ tone: 'good' as const, text: 'Saved' }] },
    frameOf('portal'),
    frameOf('storefront'),
    frameOf('system'),
  ]
  for (const frame of [...frames, ...frames.toReversed()])
    for (const template of ['portal/hello', 'portal/head'])
      assert.equal(
        kept.page(template, { name: 'open-body €' }, frame).toString(),
        anew.page(template, { name: 'open-body €' }, frame).toString(),
      )
})
