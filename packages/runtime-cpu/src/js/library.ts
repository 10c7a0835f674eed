// What generated kernels call: conversions, the matrix product, scratch memory, and the math functions, written out from
// their expansions. One copy a module; pure text.
import type { MathFunction, ScalarFunction } from '@heddle/core'
import { internalError, mathFunctions } from '@heddle/core'
import { isMathFunction, renderCall } from './call.ts'
import type { Expression } from './text.ts'
import { atom, literal } from './text.ts'

/** Names every kernel may use. `host` is the argument of the module: the f64 math functions. */
export function libraryText(functions: ReadonlySet<MathFunction>): string {
  const names = [...functions].sort()
  return [prelude, gemm('f32'), gemm('f64'), ...names.map((name) => mathText(mathFunctions[name]))].join('\n')
}

const prelude = `'use strict';
const { fround, f16round, imul, min, max, abs, floor, ceil, trunc, sqrt } = Math;
const bits = new ArrayBuffer(8);
const floatView = new Float32Array(bits);
const intView = new Int32Array(bits);
const uintView = new Uint32Array(bits);
function f32ToI32Bits(x) { floatView[0] = x; return intView[0]; }
function f32ToU32Bits(x) { floatView[0] = x; return uintView[0]; }
function bitsToF32(x) { intView[0] = x; return floatView[0]; }
const views = {
  f32: new Float32Array(bits), f64: new Float64Array(bits), f16: new Float16Array(bits), bits16: new Uint16Array(bits),
  i64: new BigInt64Array(bits), i32: new Int32Array(bits), i16: new Int16Array(bits), i8: new Int8Array(bits),
  u8: new Uint8Array(bits), u32: new Uint32Array(bits),
};
function floatToI32(x) { return x !== x ? 0 : x >= 2147483647 ? 2147483647 : x <= -2147483648 ? -2147483648 : x | 0; }
function floatToU32(x) { return x > 0 ? (x >= 4294967295 ? 4294967295 : x >>> 0) : 0; }
function floatToI64(x) {
  return x !== x ? 0n : x >= 9223372036854775807 ? 9223372036854775807n
    : x <= -9223372036854775808 ? -9223372036854775808n : BigInt(trunc(x));
}
function wrap64(x) { return BigInt.asIntN(64, x); }
function div64(x, y) { return y === 0n ? 0n : BigInt.asIntN(64, x / y); }
function rem64(x, y) { return y === 0n ? 0n : x % y; }
function min64(x, y) { return x < y ? x : y; }
function max64(x, y) { return x > y ? x : y; }
function abs64(x) { return x < 0n ? BigInt.asIntN(64, -x) : x; }
const { bf16ToBits, bf16FromBits, nearestF32: i64ToF32 } = host;
function roundHalfToEven(x) {
  if (!(abs(x) < 4503599627370496)) return x;
  const rounded = x < 0 ? (x - 4503599627370496) + 4503599627370496 : (x + 4503599627370496) - 4503599627370496;
  return rounded === 0 ? x * 0 : rounded;
}
function modulo(x, by) { const rest = x % by; return rest < 0 ? rest + by : rest + 0; }
const pools = new Map();
function scratch(name, type, size) {
  let array = pools.get(name);
  if (array === undefined || array.length < size) {
    array = new type(size);
    pools.set(name, array);
  }
  return array;
}
`

/**
 * `C[m, n] = A[m, k] B[k, n]` in the order of `ContractStage`. A and B are packed in panels of four rows (columns) with k
 * inside: element (i, k) of A is at `(i >> 2) * 4 K + 4 k + (i & 3)`. Rows beyond the last are computed and not stored.
 * A sum starts from -0, which changes no first product.
 */
function gemm(dtype: 'f32' | 'f64'): string {
  const round = (text: string): string => (dtype === 'f32' ? `fround(${text})` : text)
  const add = (x: string, y: string): string => round(`${x} + ${y}`)
  const tile = (rows: number): string => {
    const cells: string[] = []
    for (let i = 0; i < rows; i++) for (let j = 0; j < 4; j++) cells.push(`${i}${j}`)
    const rowNames = Array.from({ length: rows }, (_, i) => `a${i} = A[a${i === 0 ? '' : ` + ${i}`}]`)
    const columnNames = Array.from({ length: 4 }, (_, j) => `b${j} = B[b${j === 0 ? '' : ` + ${j}`}]`)
    const products = cells.map((cell) => {
      return `c${cell} = ${add(`c${cell}`, round(`a${cell[0]} * b${cell[1]}`))};`
    })
    return `function tile${rows}_${dtype}(A, a, B, b, K, block, T) {
  let ${cells.map((cell) => `t${cell} = 0`).join(', ')};
  for (let start = 0; start < K; start += block) {
    const end = min(start + block, K);
    let ${cells.map((cell) => `c${cell} = -0`).join(', ')};
    for (let k = start; k < end; k++) {
      const ${[...rowNames, ...columnNames].join(', ')};
      ${products.join('\n      ')}
      a += 4;
      b += 4;
    }
    if (start === 0) {
      ${cells.map((cell) => `t${cell} = c${cell};`).join(' ')}
    } else {
      ${cells.map((cell) => `t${cell} = ${add(`t${cell}`, `c${cell}`)};`).join(' ')}
    }
  }
  ${cells.map((cell, at) => `T[${at}] = t${cell};`).join(' ')}
}
`
  }
  const array = dtype === 'f32' ? 'Float32Array' : 'Float64Array'
  return `${tile(1)}${tile(4)}const cells_${dtype} = new ${array}(16);
function gemm_${dtype}(A, B, C, M, N, K, block) {
  const T = cells_${dtype};
  for (let p = 0; p < M; p += 4) {
    const rows = min(M - p, 4);
    for (let q = 0; q < N; q += 4) {
      const columns = min(N - q, 4);
      if (rows === 1) tile1_${dtype}(A, p * K, B, q * K, K, block, T);
      else tile4_${dtype}(A, p * K, B, q * K, K, block, T);
      for (let i = 0; i < rows; i++) {
        const at = (p + i) * N + q;
        for (let j = 0; j < columns; j++) C[at + j] = T[4 * i + j];
      }
    }
  }
}
`
}

/** The f32 expansion of a math function as a function of the same operations in the same order. */
function mathText({ name, code, result }: ScalarFunction): string {
  const values: Expression[] = []
  const lines: string[] = []
  let parameters = 0
  for (const [id, node] of code.entries()) {
    if (node.op === 'const') {
      values.push(literal(node.value))
    } else if (node.op === 'param') {
      parameters = Math.max(parameters, node.index + 1)
      values.push(atom(`x${node.index}`))
    } else if (isMathFunction(node.op)) {
      throw internalError('emit', `the expansion of ${name} calls ${node.op}`)
    } else {
      const from = code[node.args[0]!]!.dtype
      const { text } = renderCall(
        node.op,
        node.args.map((arg) => values[arg]!),
        node.dtype,
        from,
      )
      lines.push(`  const v${id} = ${text};`)
      values.push(atom(`v${id}`))
    }
  }
  const names = Array.from({ length: parameters }, (_, index) => `x${index}`).join(', ')
  return `function ${name}_f32(${names}) {\n${lines.join('\n')}\n  return ${values[result]!.text};\n}\n`
}
