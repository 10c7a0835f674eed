// TensorFlow.js on its WebAssembly backend. Plain JavaScript: the peer is no dependency, so there are no types to check against.
// Images are channel-last there; they are turned before the clock starts.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { serve } from './protocol.ts'

const require = createRequire(new URL('../.peers/package.json', import.meta.url))
const tf = require('@tensorflow/tfjs')
const wasm = require('@tensorflow/tfjs-backend-wasm')
wasm.setThreadsCount(1)
const files = new URL('../.peers/node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url)
wasm.setWasmPaths(fileURLToPath(files))
await tf.setBackend('wasm')
await tf.ready()

function open({ case: name, kind, rate }, tensors) {
  const t = {}
  for (const { name, dtype, shape, data } of tensors.values()) {
    t[name] = tf.tensor(data, shape, dtype === 'f32' ? 'float32' : 'int32')
  }
  const opened = kind === 'training' ? openTraining(name, rate, t) : openForward(name, t)
  return {
    ...opened,
    close: () => {
      opened.close()
      tf.disposeVariables()
      tf.dispose(t)
    },
  }
}

function openForward(name, t) {
  if (name === 'conv') {
    t.image = tf.transpose(t.x, [0, 2, 3, 1])
    t.filter = tf.transpose(t.weight, [2, 3, 1, 0])
  }
  const body = () => tf.tidy(() => forward[name.replace(/-\d+$/, '')](t))
  return {
    run: () => {
      body().dispose()
    },
    output: () => {
      const y = body()
      const inOrder = name === 'conv' ? tf.transpose(y, [0, 3, 1, 2]) : y
      const data = Float32Array.from(inOrder.dataSync())
      tf.dispose([y, inOrder])
      return data
    },
    close: () => {},
  }
}

const forward = {
  matmul: ({ a, b }) => tf.matMul(a, b),
  gelu: ({ x }) => {
    const cube = tf.mul(tf.mul(x, x), x)
    const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, cube)))
    return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)))
  },
  'multiply-add': ({ a, b, c }) => tf.add(tf.mul(a, b), c),
  softmax: ({ x }) => tf.softmax(x),
  'layer-norm': ({ x, weight, bias }) => {
    const { mean, variance } = tf.moments(x, [1], true)
    const scaled = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)))
    return tf.add(tf.mul(scaled, weight), bias)
  },
  conv: ({ image, filter }) => tf.conv2d(image, filter, 1, 'same'),
}

function openTraining(name, rate, t) {
  if (name !== 'linear-regression') t.labels = tf.cast(tf.oneHot(t.y, 10), 'float32')
  if (name === 'digits') t.image = tf.transpose(t.x, [0, 2, 3, 1])
  const variables = {}
  const lossOf = losses[name]
  const names = parameterNames[name]
  let optimizer
  const restart = () => {
    for (const each of names) {
      if (variables[each] === undefined) variables[each] = tf.variable(t[each])
      else variables[each].assign(t[each])
    }
    optimizer?.dispose()
    optimizer = name === 'linear-regression' ? tf.train.sgd(rate) : tf.train.adam(rate, 0.9, 0.999, 1e-8)
  }
  restart()
  const list = names.map((each) => variables[each])
  const loss = () => lossOf(variables, t)
  return {
    restart,
    run: () => {
      const value = optimizer.minimize(loss, true, list)
      const [number] = value.dataSync()
      value.dispose()
      return number
    },
    close: () => {
      optimizer.dispose()
      for (const each of list) each.dispose()
    },
  }
}

const parameterNames = {
  'mlp-adam': ['w1', 'b1', 'w2', 'b2', 'w3', 'b3'],
  digits: ['conv1', 'bias1', 'conv2', 'bias2', 'linear', 'bias'],
  'linear-regression': ['w', 'b'],
}

const dense = (x, w, b) => tf.add(tf.matMul(x, w, false, true), b)
const filterOf = (weight) => tf.transpose(weight, [2, 3, 1, 0])

const losses = {
  'mlp-adam': (v, { x, labels }) => {
    const first = tf.relu(dense(x, v.w1, v.b1))
    const second = tf.relu(dense(first, v.w2, v.b2))
    return tf.losses.softmaxCrossEntropy(labels, dense(second, v.w3, v.b3))
  },
  digits: (v, { image, labels }) => {
    const first = tf.relu(tf.add(tf.conv2d(image, filterOf(v.conv1), 1, 'valid'), v.bias1))
    const small = tf.maxPool(first, 2, 2, 'valid')
    const second = tf.relu(tf.add(tf.conv2d(small, filterOf(v.conv2), 1, 'valid'), v.bias2))
    const features = tf.transpose(tf.maxPool(second, 2, 2, 'valid'), [0, 3, 1, 2])
    const logits = dense(tf.reshape(features, [labels.shape[0], -1]), v.linear, v.bias)
    return tf.losses.softmaxCrossEntropy(labels, logits)
  },
  'linear-regression': (v, { x, y }) => tf.mean(tf.square(tf.sub(dense(x, v.w, v.b), y))),
}

await serve({ name: 'tfjs', version: `${tf.version_core} ${tf.getBackend()}`, open })
