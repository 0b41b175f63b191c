import { SourceMap, type SourceMapPayload } from 'node:module'

/** The host puts one line before the bundle. */
const LINES_BEFORE = 1

/** Says frames of a bundle, "start_payment (plugin.js:2:345)", by the author's own file and line. */
export function mapFrames(frames: readonly string[], mapText: string): string[] {
  const map = new SourceMap(JSON.parse(mapText) as SourceMapPayload)
  return frames.flatMap((frame) => {
    const found = /^(?:(.*) \()?plugin\.js:(\d+):(\d+)\)?$/.exec(frame)
    if (!found) return []
    const [, where, line, column] = found
    const entry = map.findEntry(Number(line) - 1 - LINES_BEFORE, Number(column) - 1)
    if (!('originalSource' in entry)) return []
    const place = `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
    return [where && !SHORT.test(where) ? `${where} (${place})` : place]
  })
}

/** The bundler's names for functions say nothing to the author. */
const SHORT = /^(async )?\w{1,2}$/
