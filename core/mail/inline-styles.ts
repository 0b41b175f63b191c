import { createRequire } from 'node:module'

type Library = typeof import('juice')

const load = createRequire(import.meta.url)
let juice: Library['default'] | undefined

/**
 * Puts the styles of mail.css into the source of a template, once, when it is read: most mail programs drop style
 * sheets. What depends on the screen stays a style sheet in the head of the layout. Selectors must be single
 * classes, because a part of a mail is inlined without its surroundings.
 */
export function inlineStyles(source: string, css: string): string {
  const isWhole = /<head>/i.test(source)
  // Loaded at the first mail: pages do without it.
  juice ??= (load('juice') as Library).default
  return juice(source, {
    extraCss: css,
    insertPreservedExtraCss: isWhole,
    preserveMediaQueries: true,
    applyWidthAttributes: false,
    applyHeightAttributes: false,
    applyAttributesTableElements: false,
  })
}
