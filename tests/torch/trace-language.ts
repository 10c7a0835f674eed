// The language of recorded traces (tools/golden/torch/traces.py): one line per call, read by the API rules. Names become camelCase,
// keywords an options object, operators methods.
import * as torch from '@heddle/torch'
import { camelCase } from '../../tools/camel-case.ts'
import { show } from './trace-text.ts'

export type Names = Map<string, unknown>

const modes: Readonly<Record<string, torch.Mode>> = {
  no_grad: torch.noGrad,
  enable_grad: torch.enableGrad,
  inference_mode: torch.inferenceMode,
}

/** Runs a line. Gives what `show` shows. */
export function runLine(line: string, names: Names): string | undefined {
  const [, mode, rest = line] = /^(\w+): (.*)$/.exec(line) ?? []
  const run = (): string | undefined => {
    if (rest.startsWith('show ')) return show(evaluate(rest.slice(5), names))
    const [, target, value] = /^([^=(]+?) = (.*)$/.exec(rest) ?? []
    if (target === undefined || value === undefined) evaluate(rest, names)
    else assign(target, evaluate(value, names), names)
    return undefined
  }
  const within = mode === undefined ? undefined : modes[mode]
  return within === undefined ? run() : within(run)
}

function assign(target: string, value: unknown, names: Names): void {
  if (target.endsWith(']')) {
    const at = target.indexOf('[')
    const items = evaluate(target.slice(at), names) as unknown[]
    const owner = evaluate(target.slice(0, at), names) as torch.Tensor
    owner.setAt(items as torch.Index[], value as torch.Tensor)
  } else if (target.includes('.')) {
    const at = target.lastIndexOf('.')
    const owner = evaluate(target.slice(0, at), names) as object
    // In classes `set` of a prototype is called with this receiver.
    Reflect.set(owner, camelCase(target.slice(at + 1)), value)
  } else {
    const targets = target.split(', ')
    if (targets.length === 1) names.set(target, value)
    else [...(value as Iterable<unknown>)].forEach((each, k) => void names.set(targets[k] as string, each))
  }
}

const evaluate = (text: string, names: Names): unknown => new Reader(text, names).all()

const token = /\s*([A-Za-z_]\w*|\d+\.?\d*(?:e-?\d+)?|\.\.\.|\*\*|"[^"]*"|[^\s])/y

type Method = (...args: readonly unknown[]) => unknown
const constants: Readonly<Record<string, unknown>> = { True: true, False: false, None: null }
const operators: Readonly<Record<string, readonly [method: string, reversed: string]>> = {
  '+': ['add', 'add'],
  '-': ['sub', 'rsub'],
  '*': ['mul', 'mul'],
  '/': ['div', 'rdiv'],
  '@': ['matmul', 'matmul'],
  '**': ['pow', 'rpow'],
  '>': ['gt', 'lt'],
}
const levels: readonly (readonly string[])[] = [['>'], ['+', '-'], ['*', '/', '@']]

class Reader {
  readonly #tokens: string[] = []
  readonly #names: Names
  #at = 0

  constructor(text: string, names: Names) {
    this.#names = names
    token.lastIndex = 0
    for (let found = token.exec(text); found !== null; found = token.exec(text))
      this.#tokens.push(found[1] as string)
  }

  all(): unknown {
    const value = this.#binary(0)
    if (this.#at < this.#tokens.length)
      throw new SyntaxError(`unread: ${this.#tokens.slice(this.#at).join(' ')}`)
    return value
  }

  #next(): string {
    return this.#tokens[this.#at++] ?? ''
  }
  #takes(text: string): boolean {
    if (this.#tokens[this.#at] !== text) return false
    this.#at++
    return true
  }

  #binary(level: number): unknown {
    const own = levels[level]
    if (own === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    while (own.includes(this.#tokens[this.#at] ?? ''))
      left = apply(this.#next(), left, this.#binary(level + 1))
    return left
  }

  #unary(): unknown {
    if (this.#takes('-')) {
      const operand = this.#unary()
      return operand instanceof torch.Tensor ? operand.neg() : -(operand as number)
    }
    const left = this.#postfix()
    return this.#takes('**') ? apply('**', left, this.#unary()) : left
  }

  #postfix(): unknown {
    let value = this.#primary()
    while (true) {
      if (this.#takes('.')) value = this.#member(value)
      else if (this.#tokens[this.#at] === '[') {
        const items = this.#list()
        value =
          value instanceof torch.Tensor
            ? value.at(...(items as torch.Index[]))
            : [...(value as Iterable<unknown>)][items[0] as number]
      } else if (this.#takes('(')) value = (value as Method)(...this.#arguments())
      else return value
    }
  }

  #member(owner: unknown): unknown {
    const name = camelCase(this.#next())
    const member: unknown = Reflect.get(owner as object, name)
    if (!this.#takes('(')) return member
    if (typeof member !== 'function') throw new Error(`there is no ${name}`)
    return Reflect.apply(member, owner, this.#arguments())
  }

  /** Up to the closing parenthesis; keywords become one object. */
  #arguments(): readonly unknown[] {
    const found: unknown[] = []
    const options: Record<string, unknown> = {}
    while (!this.#takes(')')) {
      if (this.#tokens[this.#at + 1] === '=') {
        const key = camelCase(this.#next())
        this.#at++
        options[key] = this.#binary(0)
      } else found.push(this.#binary(0))
      this.#takes(',')
    }
    return Object.keys(options).length === 0 ? found : [...found, options]
  }

  #list(): readonly unknown[] {
    const found: unknown[] = []
    this.#at++
    while (!this.#takes(']')) {
      found.push(this.#item())
      this.#takes(',')
    }
    return found
  }

  /** An expression, or a slice. */
  #item(): unknown {
    const bounds: (number | null)[] = []
    let isSlice = false
    let value: unknown = null
    const ends = [',', ']']
    while (!ends.includes(this.#tokens[this.#at] ?? ']')) {
      if (this.#takes(':')) {
        isSlice = true
        bounds.push(value as number | null)
        value = null
      } else value = this.#takes('...') ? '...' : this.#binary(0)
    }
    if (!isSlice) return value
    const [start = null, stop = null, step = null] = [...bounds, value as number | null]
    return torch.slice(start, stop, step)
  }

  #primary(): unknown {
    const text = this.#tokens[this.#at] as string
    if (text === '[') return this.#list()
    this.#at++
    if (text === '(') {
      const value = this.#binary(0)
      this.#takes(')')
      return value
    }
    if (text.startsWith('"')) return text.slice(1, -1)
    if (/^\d/.test(text)) return Number(text)
    if (text in constants) return constants[text]
    if (!this.#names.has(text)) throw nameError(text)
    return this.#names.get(text)
  }
}

function apply(operator: string, left: unknown, right: unknown): unknown {
  const [name, reversed] = operators[operator] as readonly [string, string]
  const [owner, other, method] = left instanceof torch.Tensor ? [left, right, name] : [right, left, reversed]
  return Reflect.apply(Reflect.get(owner as object, method) as Method, owner, [other])
}

/** As Python calls it. */
function nameError(name: string): Error {
  const error = new Error(`name '${name}' is not defined`)
  error.name = 'NameError'
  return error
}
