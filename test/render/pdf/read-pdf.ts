import { inflateSync } from 'node:zlib'

/** A text as it stands on a page: left to right, whatever its language; `x` and `y` are points from the lower left. */
export interface Piece {
  text: string
  x: number
  y: number
}

export interface ReadPdf {
  pages: Piece[][]
  /** Objects without their streams, for facts about the whole document. */
  source: string
}

interface PdfObject {
  head: string
  stream: string
}

/** Reads the PDFs that pdfkit writes: objects in the open, streams deflated, one font subset with a map to Unicode. */
export function readPdf(bytes: Buffer): ReadPdf {
  const objects = readObjects(bytes)
  const refer = (head: string, key: string): PdfObject | undefined => {
    const id = new RegExp(`/${key} (\\d+) 0 R`).exec(head)?.[1]
    return id === undefined ? undefined : objects.get(id)
  }
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\n/.test(head))
  return {
    source: [...objects.values()].map(({ head }) => head).join('\n'),
    pages: pages.map(({ head }) => {
      const resources = refer(head, 'Resources')!.head
      const maps = new Map<string, string[]>()
      for (const [, font] of resources.matchAll(/\/(F\d+) \d+ 0 R/g)) {
        maps.set(font!, readUnicode(refer(refer(resources, font!)!.head, 'ToUnicode')!.stream))
      }
      return readPieces(refer(head, 'Contents')!.stream, maps)
    }),
  }
}

/** The texts of a page, one line each: pieces of the same height from left to right. */
export function linesOf(page: readonly Piece[]): string[] {
  const heights = [...new Set(page.map(({ y }) => Math.round(y)))].sort((a, b) => b - a)
  return heights.map((height) =>
    page
      .filter(({ y }) => Math.round(y) === height)
      .sort((a, b) => a.x - b.x)
      .map(({ text }) => text)
      .join(' '),
  )
}

function readObjects(bytes: Buffer): Map<string, PdfObject> {
  const text = bytes.toString('latin1')
  const objects = new Map<string, PdfObject>()
  for (const match of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [whole, id = '', body = ''] = match
    const start = body.indexOf('stream\n')
    const head = start < 0 ? body : body.slice(0, start)
    const length = Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0)
    const from = match.index + whole.indexOf('stream\n') + 'stream\n'.length
    const stream =
      start < 0 || !head.includes('FlateDecode')
        ? ''
        : inflateSync(bytes.subarray(from, from + length)).toString('latin1')
    objects.set(id, { head, stream })
  }
  return objects
}

/** Glyph number → characters. */
function readUnicode(cmap: string): string[] {
  return [...cmap.matchAll(/beginbfrange([\s\S]*?)endbfrange/g)].flatMap(([, ranges]) =>
    [...ranges!.matchAll(/\[(.*?)\]/gs)].flatMap(([, list]) =>
      [...list!.matchAll(/<([0-9a-f ]*)>/g)].map(([, hex]) => fromHex(hex!.replaceAll(' ', ''))),
    ),
  )
}

const fromHex = (hex: string): string => Buffer.from(hex, 'hex').swap16().toString('utf16le')

function readPieces(content: string, maps: Map<string, string[]>): Piece[] {
  return [...content.matchAll(/BT\n([\s\S]*?)\nET/g)].map(([, block]) => {
    const [, x, y] = /1 0 0 1 (\S+) (\S+) Tm/.exec(block!)!
    const map = maps.get(/\/(F\d+) /.exec(block!)![1]!)!
    const glyphs = [...block!.matchAll(/<([0-9a-f]+)>/g)].flatMap(([, hex]) => hex!.match(/.{4}/g)!)
    return { text: glyphs.map((glyph) => map[parseInt(glyph, 16)]).join(''), x: Number(x), y: Number(y) }
  })
}
