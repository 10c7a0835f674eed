// The `@example` blocks of docstrings as modules. Every public name of the packages is there without an import. An example that
// makes a program (`program`, `createBuilder`), an array of the host (`hostArray`) or tensors (`torch`, which is there, too) runs
// as it is, and `expression // => value` is compared. Any other stands inside a program, with `b`, `input`, `parameter`, `state` and `update`; a comment declares its
// operands and says what comes out:
//   f(x, y) // x: f32[2, 3], y: i32[2] gives f32[2]     operands by type, and the type of the result
//   f(x) // x = [1, 2] gives [2, 4]                     an operand by value, and the value of the result
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFiles } from '../../tools/source-tree.ts'

export interface Example {
  /** File and line of the tag. */
  readonly name: string
  readonly code: string
}

export function examplesOf(root: string): readonly Example[] {
  const files = findFiles(root, 'packages/*/src/**/*.ts').filter((path) => !path.endsWith('.test.ts'))
  return files.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return [...text.matchAll(/^ *\* @example\n((?: *\*(?!\/| @).*\n)*)/gm)].map((found) => ({
      name: `${path}:${text.slice(0, found.index).split('\n').length}`,
      code: (found[1] ?? '').replaceAll(/^ *\* ?/gm, '').trim(),
    }))
  })
}

export interface ExampleModule {
  readonly code: string
  /** What each `console.log` must print: a type, or a value as JSON. */
  readonly claims: readonly string[]
}

/** `exported`: names of values by package. */
export function moduleOf(example: string, exported: ReadonlyMap<string, readonly string[]>): ExampleModule {
  // Tensors of the PyTorch layer are not values of a program.
  const isTorch = /\btorch\./.test(example)
  const isWhole = isTorch || /\b(program|createBuilder|hostArray)\(/.test(example)
  const { code, claims } = isWhole ? wholeProgram(example) : partOfProgram(example)
  const imports = [...exported].map(([specifier, names]) => {
    const used = names.filter((name) => reads(example, name))
    return `import { ${used.join(', ')} } from '${specifier}'`
  })
  if (isTorch) return { code: [`import * as torch from '@heddle/torch'`, code].join('\n'), claims }
  return { code: [...imports, code].join('\n'), claims }
}

/** Whether a text reads a name: not as a property, a key or a word in quotes, and not as a name of its own. */
function reads(code: string, name: string): boolean {
  const bare = code.replaceAll('...', ' ').replaceAll(/\/\/.*$|'[^'\n]*'/gm, '')
  if (new RegExp(`\\b(const|let|using) ${name}\\b`).test(bare)) return false
  return new RegExp(`(?<![\\w.])${name}(?![\\w:])`).test(bare)
}

function wholeProgram(example: string): ExampleModule {
  const claims: string[] = []
  const code = example.replaceAll(/^(.*\S) \/\/ => (.*)$/gm, (_, expression: string, value: string) => {
    claims.push(value)
    return `console.log(JSON.stringify(${expression}))`
  })
  return { code, claims }
}

function partOfProgram(example: string): ExampleModule {
  const claims: string[] = []
  const operands: string[] = []
  const lines = example.split('\n').map((line) => {
    const [, statement = line, comment = ''] = /^(.*\S) \/\/ (.*)$/.exec(line) ?? []
    const [, given = '', claim] = /^(.*?) ?(?:(?:\bgives?|=>) (.*))?$/.exec(comment) ?? []
    operands.push(...declarations(given))
    if (claim === undefined) return statement
    claims.push(claim)
    return `results.result${claims.length - 1} = ${statement}`
  })
  const code = [
    "import * as heddle from '@heddle/core'",
    "import { compileSync as compileHere } from '@heddle/compiler'",
    'const results = {}',
    "const recorded = heddle.program('example', ({ b, input, parameter, state, update }) => {",
    ...operands,
    ...lines,
    "return { ...results, last: heddle.full(b, 'f32', [], 0) }",
    '})',
    ...claims.map((claim, k) => (isType(claim) ? printType(k) : printValue(k))),
  ]
  return { code: code.join('\n'), claims }
}

/** A claim by type is not computed: the shapes of real models are too much for an interpreter. */
const isType = (claim: string): boolean => /^\w+\[[\d, ]*\]$/.test(claim)

const printType = (k: number): string =>
  `console.log(\`\${results.result${k}.type.dtype}\${heddle.formatShape(results.result${k}.type.shape)}\`)`

const printValue = (k: number): string =>
  `console.log(JSON.stringify(compileHere(recorded, { backend: heddle.interpreterBackend() }).runSync()['result${k}'].toNested()))`

/** `x: f32[2], w and bias: f32[3]`, or `x = [1, 2]`, as statements. States, so that an example may update them. */
function declarations(given: string): readonly string[] {
  const [, named, value] = /^(\w+) = (.*)$/.exec(given) ?? []
  if (named !== undefined) return [`const ${named} = heddle.literal(b, ${value})`]
  const typed = given.matchAll(/(\w+(?:(?:, | and )\w+)*): (\w+)(\[[\d, ]*\])/g)
  return [...typed].flatMap(([, names = '', dtype, shape]) =>
    names.split(/, | and /).map((name) => `const ${name} = state('${name}', '${dtype}', ${shape}, 0)`),
  )
}
