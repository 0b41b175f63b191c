/** Draws themes/default/assets/icons.svg from the names in themes/default/icons.txt. Run it after adding a name. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const theme = join(import.meta.dirname, '../themes/default')
const source = dirname(fileURLToPath(import.meta.resolve('@tabler/icons/outline/check.svg')))

const names = readFileSync(join(theme, 'icons.txt'), 'utf8').split(/\s+/).filter(Boolean).sort()
const unknown = names.filter((name) => !existsSync(join(source, `${name}.svg`)))
if (unknown.length > 0) throw new Error(`Tabler has no icon ${unknown.join(', ')}: see tabler.io/icons.`)

const symbols = [...new Set(names)].map(drawSymbol)
writeFileSync(
  join(theme, 'assets/icons.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`,
)
console.log(`${symbols.length} icons drawn.`)

function drawSymbol(name: string): string {
  const svg = readFileSync(join(source, `${name}.svg`), 'utf8')
  const shapes = svg
    .slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'))
    .replace(/<path stroke="none"[^>]*>/g, '')
    .replace(/\s*\n\s*/g, '')
  const line = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
  return `<symbol id="${name}" viewBox="0 0 24 24" ${line}>${shapes}</symbol>`
}
