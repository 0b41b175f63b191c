/** The part of fontkit that we use; the package brings no types. */
declare module 'fontkit' {
  export interface Font {
    readonly postscriptName: string
    readonly unitsPerEm: number
    hasGlyphForCodePoint(codePoint: number): boolean
    layout(text: string, features?: readonly string[]): GlyphRun
  }
  export interface GlyphRun {
    glyphs: readonly object[]
    positions: GlyphPosition[]
    /** In units of the font. */
    advanceWidth: number
  }
  export interface GlyphPosition {
    xAdvance: number
    yAdvance: number
    xOffset: number
    yOffset: number
  }
  export function create(bytes: Uint8Array): Font
}
