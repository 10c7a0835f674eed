// Whole-number functions of four lanes on the device: negative numbers, zeros and overflow, where GLSL leaves results open.
import { afterAll, expect, test } from 'vitest'
import { openContext } from './context.ts'
import { createFunctions } from './glsl-functions.ts'

const context = openContext()
afterAll(() => context.close())

const least = -(2 ** 31)
const numbers = [0, 1, 2, 3, 5, 7, 8, 100, 65_537, 2 ** 31 - 1].flatMap((x) => [x, -x]).concat(least)

/** The function of each x and the one y. */
function evaluate(name: string, xs: readonly number[], y: number): readonly number[] {
  const { gl } = context
  const functions = createFunctions()
  functions.request(name, 4)
  const padded = [...xs, ...new Array<number>(-xs.length & 3).fill(0)]
  const program = gl.createProgram()
  for (const [type, text] of [
    [gl.VERTEX_SHADER, 'void main() { gl_Position = vec4(0, 0, 0, 1); gl_PointSize = 64.0; }'],
    [
      gl.FRAGMENT_SHADER,
      `precision highp int; precision highp float; out ivec4 o;
${functions.texts.join('\n')}
uniform ivec4 x; uniform ivec4 y;
void main() { o = ${name}(x, y); }`,
    ],
  ] as const) {
    const shader = gl.createShader(type) as WebGLShader
    gl.shaderSource(shader, `#version 300 es\n${text}`)
    gl.compileShader(shader)
    expect(gl.getShaderInfoLog(shader)).toBe('')
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  gl.useProgram(program)
  const target = gl.createTexture()
  gl.bindTexture(gl.TEXTURE_2D, target)
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32I, 1, 1)
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer())
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, target, 0)
  gl.viewport(0, 0, 1, 1)
  const found: number[] = []
  for (let at = 0; at < padded.length; at += 4) {
    gl.uniform4iv(gl.getUniformLocation(program, 'x'), padded.slice(at, at + 4))
    gl.uniform4i(gl.getUniformLocation(program, 'y'), y, y, y, y)
    gl.drawArrays(gl.POINTS, 0, 1)
    const lanes = new Int32Array(4)
    gl.readPixels(0, 0, 1, 1, gl.RGBA_INTEGER, gl.INT, lanes)
    found.push(...lanes)
  }
  return found.slice(0, xs.length)
}

const whole: Readonly<Record<string, (x: number, y: number) => number>> = {
  floorDivide: (x, y) => Math.floor(x / y),
  floorModulo: (x, y) => x - y * Math.floor(x / y),
  divideInt: (x, y) => (y === 0 ? 0 : Math.trunc(x / y) | 0),
  remainderInt: (x, y) => (y === 0 ? 0 : (x % y) | 0),
}

test.each(['floorDivide', 'floorModulo'])('%s by positive numbers', (name) => {
  for (const by of [1, 2, 3, 7, 8, 1000]) {
    const expected = numbers.map((x) => (whole[name] as (x: number, y: number) => number)(x, by) | 0)
    expect(evaluate(name, numbers, by), `by ${by}`).toEqual(expected)
  }
})

test.each(['divideInt', 'remainderInt'])('%s by any number', (name) => {
  for (const by of [0, 1, -1, 2, -3, 7, -1000, least]) {
    const expected = numbers.map((x) => (whole[name] as (x: number, y: number) => number)(x, by))
    expect(evaluate(name, numbers, by), `by ${by}`).toEqual(expected)
  }
})

// A software driver took a minute to compile a kernel with thirty of them.
test.each([
  'floorDivide',
  'floorModulo',
  'divideInt',
  'remainderInt',
  'divideUint',
  'remainderUint',
  'chooseBool',
  'chooseInt',
  'chooseUint',
])('%s of four lanes has no branch', (name) => {
  const functions = createFunctions()
  functions.request(name, 4)

  expect(functions.texts.join('\n')).not.toMatch(/[?]|\bif\b/)
})
