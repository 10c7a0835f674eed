// Loads a model script: an ES module whose default export is a program. Whatever can be wrong with it has a code; an error that
// the program itself raised while it was recorded passes through.
import { extname, relative, resolve } from 'node:path'
import { type Graph, isValue } from '@heddle/core'
import {
  isCoded,
  scriptImport,
  scriptKind,
  scriptMissing,
  scriptNoDefault,
  scriptNotProgram,
  scriptSyntax,
  scriptThrew,
} from './errors.ts'
import type { Io } from './io.ts'

const extensions = ['.ts', '.mts', '.js', '.mjs']

/** Throws `CLI_SCRIPT_...`, or the coded error of the program. */
export async function loadProgram(script: string, io: Io): Promise<Graph> {
  const path = resolve(io.cwd, script)
  if (io.tryReadText(path) === undefined) throw scriptMissing(script, similarFiles(path, io))
  if (!extensions.includes(extname(path))) throw scriptKind(script)
  const exports = await evaluate(script, path, io)
  if (!('default' in exports)) throw scriptNoDefault(script, programsIn(exports))
  const candidate = exports['default']
  if (isProgram(candidate)) return candidate
  const { what, hint } = describeExport(candidate, exports)
  throw scriptNotProgram(script, what, hint)
}

async function evaluate(script: string, path: string, io: Io): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await io.load(path)
  } catch (error) {
    if (isCoded(error)) throw error
    if (!(error instanceof Error)) throw scriptThrew(script, error)
    const code = 'code' in error ? String(error.code) : ''
    if (error instanceof SyntaxError || code.endsWith('TYPESCRIPT_SYNTAX')) {
      // A name that a module does not export is a SyntaxError, too.
      const isImport = / does not provide an export named /.test(error.message)
      throw isImport ? scriptImport(script, error) : scriptSyntax(script, error)
    }
    if (/^ERR_(MODULE_NOT_FOUND|PACKAGE_|UNSUPPORTED_DIR_IMPORT)/.test(code))
      throw scriptImport(script, error)
    throw scriptThrew(script, error)
  }
}

const similarFiles = (path: string, io: Io): readonly string[] => {
  const folder = resolve(path, '..')
  return io.list(folder).map((name) => relative(io.cwd, resolve(folder, name)))
}

const programsIn = (exports: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(exports).filter((name) => isProgram(exports[name]))

/** By its parts, not its class: a program is plain data, perhaps of another copy of core. */
function isProgram(candidate: unknown): candidate is Graph {
  if (typeof candidate !== 'object' || candidate === null) return false
  const isList = (key: string): boolean => key in candidate && Array.isArray(Object(candidate)[key])
  return 'name' in candidate && ['inputs', 'outputs', 'updates'].every(isList)
}

function describeExport(
  candidate: unknown,
  exports: Readonly<Record<string, unknown>>,
): { readonly what: string; readonly hint: string } {
  const [other] = programsIn(exports)
  const hint = other === undefined ? '' : `The export '${other}' is one.`
  if (isValue(candidate)) {
    return {
      what: `a value (${candidate.op})`,
      hint: 'Return it from the build function of program(name, build).',
    }
  }
  if (candidate instanceof Promise) return { what: 'a promise', hint: 'Write export default await ...' }
  if (typeof candidate === 'function') {
    const called =
      candidate.name === '' || candidate.name === 'default' ? 'a function' : `the function ${candidate.name}`
    return { what: called, hint: hint || 'Export what it returns, or pass it to program(name, build).' }
  }
  if (candidate === null || typeof candidate !== 'object') return { what: String(candidate), hint }
  if ('plan' in candidate && 'run' in candidate) {
    return { what: 'a session', hint: 'Export the program it was compiled from.' }
  }
  if (Array.isArray(candidate)) return { what: 'an array', hint }
  return { what: `an object with ${Object.keys(candidate).slice(0, 5).join(', ') || 'nothing in it'}`, hint }
}
