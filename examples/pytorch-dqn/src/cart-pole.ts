// A pole that stands on a cart, hinged: pushed left or right fifty times a second, it should not fall. The physics is plain numbers, one
// Euler step a push; only the place it starts from is drawn, by PyTorch's generator.
import * as torch from '@heddle/torch'

/** Position and speed of the cart (m, m/s), angle and turn of the pole (rad, rad/s). */
export type State = readonly [x: number, speed: number, angle: number, turn: number]

export type Push = 'left' | 'right'
export const pushes: readonly Push[] = ['left', 'right']

export interface Outcome {
  readonly state: State
  /** The pole leans too far, or the cart has left the track. */
  readonly fell: boolean
  /** It fell, or stood long enough. */
  readonly ended: boolean
}

const gravity = 9.8
const cartMass = 1
const poleMass = 0.1
const halfLength = 0.5
const force = 10
const tau = 0.02
const farthest = 2.4
const steepest = (12 * Math.PI) / 180
const mostSteps = 500

export class CartPole {
  #state: State = [0, 0, 0, 0]
  #steps = 0

  /** Pushes since the start. */
  get steps(): number {
    return this.#steps
  }

  /** Starts anew, each number of the state within 0.05 of rest. */
  reset(): State {
    const [x = 0, speed = 0, angle = 0, turn = 0] = [...torch.rand(4).toArray()].map(
      (value) => 0.1 * Number(value) - 0.05,
    )
    this.#state = [x, speed, angle, turn]
    this.#steps = 0
    return this.#state
  }

  step(push: Push): Outcome {
    this.#state = afterPush(this.#state, push === 'right' ? force : -force)
    this.#steps++
    const [x, , angle] = this.#state
    const fell = Math.abs(x) > farthest || Math.abs(angle) > steepest
    return { state: this.#state, fell, ended: fell || this.#steps >= mostSteps }
  }
}

function afterPush([x, speed, angle, turn]: State, pushed: number): State {
  const mass = cartMass + poleMass
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
  const push = (pushed + poleMass * halfLength * turn * turn * sine) / mass
  const spin = (gravity * sine - cosine * push) / (halfLength * (4 / 3 - (poleMass * cosine * cosine) / mass))
  const pull = push - (poleMass * halfLength * spin * cosine) / mass
  return [x + tau * speed, speed + tau * pull, angle + tau * turn, turn + tau * spin]
}
