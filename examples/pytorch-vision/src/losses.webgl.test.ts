// The autoencoder on WebGL2, in a browser. The network takes minutes where shaders run in software.
import { fetchDigits } from './fetch-digits.ts'
import { compareAutoencoder } from './losses.ts'

compareAutoencoder(fetchDigits, 'webgl', 1e-4)
