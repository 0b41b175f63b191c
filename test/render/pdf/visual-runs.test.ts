import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visualRuns } from '../../../core/render/pdf/visual-runs.ts'

test('a line without right-to-left letters is one run', () => {
  assert.deepEqual(visualRuns('Größe L (4 × 2)'), [{ text: 'Größe L (4 × 2)', rtl: false }])
  assert.deepEqual(visualRuns(''), [])
})

test('a Hebrew line with a number: the number stands left of what precedes it', () => {
  assert.deepEqual(visualRuns('שרת 12 ליבות'), [
    { text: ' ליבות', rtl: true },
    { text: '12', rtl: false },
    { text: 'שרת ', rtl: true },
  ])
})

test('a Hebrew name in an English line keeps the English order', () => {
  assert.deepEqual(visualRuns('For דנה, with thanks'), [
    { text: 'For ', rtl: false },
    { text: 'דנה', rtl: true },
    { text: ', with thanks', rtl: false },
  ])
})

test('brackets are mirrored in right-to-left runs and marks of order are not drawn', () => {
  assert.deepEqual(visualRuns('שרת (קטן)'), [{ text: 'שרת )קטן(', rtl: true }])
  assert.deepEqual(visualRuns('\u200f12.500 \u062f.\u0643.\u200f').at(-1), { text: '12.500', rtl: false })
})
