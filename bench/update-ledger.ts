// Rewrites ledger.json and says which numbers moved: `npm run ledger`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { computeLedger, ledgerText } from './ledger.ts'

const path = join(import.meta.dirname, 'ledger.json')
const before = existsSync(path)
  ? numbersOf(JSON.parse(readFileSync(path, 'utf8')))
  : new Map<string, number>()
const ledger = computeLedger()
const after = numbersOf(ledger)
writeFileSync(path, ledgerText(ledger))

let moved = 0
for (const key of new Set([...before.keys(), ...after.keys()])) {
  const [was, is] = [before.get(key), after.get(key)]
  if (was === is) continue
  moved++
  console.log(`${key.padEnd(48)} ${`${was ?? '-'}`.padStart(10)} -> ${`${is ?? '-'}`.padStart(10)}`)
}
console.log(moved === 0 ? 'bench/ledger.json is unchanged' : `bench/ledger.json: ${moved} numbers moved`)

/** Leaves of nested records by their path. */
function numbersOf(tree: unknown): Map<string, number> {
  const found = new Map<string, number>()
  const rest: [string, unknown][] = [['', tree]]
  for (let entry = rest.pop(); entry !== undefined; entry = rest.pop()) {
    const [path, value] = entry
    if (typeof value === 'number') found.set(path, value)
    else if (typeof value === 'object' && value !== null) {
      const children = Object.entries(value).reverse()
      for (const [key, child] of children) rest.push([path === '' ? key : `${path}.${key}`, child])
    }
  }
  return found
}
