import { createRequire } from 'node:module'
import type { FormatCallback } from 'html-to-text'

/** The button as a sentence of its own, with its address on the next line so that every program can follow it. */
const button: FormatCallback = (element, walk, builder) => {
  const attributes = (element as unknown as { attribs: Record<string, string> }).attribs
  builder.openBlock({ leadingLineBreaks: 2 })
  walk(element.children, builder)
  builder.addInline(':')
  builder.addLineBreak()
  builder.addInline(attributes.href ?? '', { noWordTransform: true })
  builder.closeBlock({ trailingLineBreaks: 2 })
}

type Library = typeof import('html-to-text')

const load = createRequire(import.meta.url)
let twin: ((html: string) => string) | undefined

/** The mail without markup, wrapped for programs that show plain text. The library is loaded at the first mail. */
export function plainTwin(html: string): string {
  twin ??= (load('html-to-text') as Library).compile(OPTIONS)
  return twin(html)
}

const OPTIONS: Parameters<Library['compile']>[0] = {
  wordwrap: 76,
  formatters: { button },
  selectors: [
    { selector: '*', format: 'inline' },
    { selector: '.m-preheader', format: 'skip' },
    { selector: 'head', format: 'skip' },
    { selector: 'h1', format: 'heading', options: { uppercase: false } },
    { selector: 'a.m-button', format: 'button' },
    { selector: 'a', format: 'anchor', options: { hideLinkHrefIfSameAsText: true } },
    { selector: 'table.m-facts', format: 'dataTable', options: { uppercaseHeaderCells: false } },
  ],
}
