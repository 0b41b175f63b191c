import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quotedCell, safeCell } from '../../core/kernel/index.ts'

test('what a spreadsheet would compute is text, and a number below zero stays one', () => {
  const cases: [string, string][] = [
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['@sum', "'@sum"],
    ['-1+cmd', "'-1+cmd"],
    ['-', "'-"],
    ['\tx', "'\tx"],
    ['\rx', "'\rx"],
    ['-12.50', '-12.50'],
    ['-3', '-3'],
    ['a=b', 'a=b'],
    ['', ''],
  ]
  for (const [text, safe] of cases) assert.equal(safeCell(text), safe, JSON.stringify(text))
  assert.equal(quotedCell('=A1 "x"'), `"'=A1 ""x"""`)
})
