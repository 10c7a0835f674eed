"""Chebyshev series of functions of mathematics: packages/torch/src/ops/chebyshev-tables.ts.

    python3 tools/golden/chebyshev.py

Each function is computed with 90 digits, from its power series or where it decays slowly from its asymptotic one, at the zeros of
a Chebyshev polynomial; the coefficients are rounded to double once. The first of each table is that of T_0, doubled.
"""

import os
from decimal import Decimal as D, getcontext

getcontext().prec = 90
SMALL = D(10) ** -85


def arctan_of_inverse(n):
    total = term = D(1) / n
    k, sign = 3, -1
    while term > SMALL:
        term /= n * n
        total += sign * term / k
        k, sign = k + 2, -sign
    return total


PI = 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))


def cosine(x):
    x = x % (2 * PI)
    total = term = D(1)
    k = 0
    while abs(term) > SMALL:
        k += 2
        term = -term * x * x / (k * (k - 1))
        total += term
    return total


def sine(x):
    return cosine(x - PI / 2)


def euler():
    """Euler's constant, by Brent and McMillan's sums."""
    n = 60
    a = -D(n).ln()
    u, v, b, k = a, D(1), D(1), 0
    while abs(b) > SMALL:
        k += 1
        b = b * n * n / (k * k)
        a = (a * n * n / k + b) / k
        u += a
        v += b
    return u / v


GAMMA = euler()


def first_kind(order, x, sign):
    """J (sign -1) or I (sign 1) of order 0 or 1, and the sum of its terms times harmonic numbers."""
    q = x * x / 4
    term = x / 2 if order == 1 else D(1)
    total, weighted = term, term if order == 1 else D(0)
    harmonic = [D(0), D(1)] if order == 1 else [D(0), D(0)]
    k = 0
    while True:
        k += 1
        term = sign * term * q / (k * (k + order))
        harmonic = [harmonic[0] + D(1) / k, harmonic[1] + D(1) / (k + order)]
        total += term
        weighted += term * (harmonic[0] + harmonic[1]) if order == 1 else term * harmonic[0]
        if k > abs(x) and abs(term) < SMALL:
            return total, weighted


def bessel_j(order, x):
    return first_kind(order, x, -1)[0]


def bessel_y_regular(order, x):
    """Y less 2/pi ln(x) J, and for order 1 plus 2 / (pi x): a series in x."""
    j, weighted = first_kind(order, x, -1)
    constant = GAMMA - D(2).ln()
    if order == 0:
        return 2 / PI * (constant * j - weighted)
    return 2 / PI * constant * j - weighted / PI


def bessel_y(order, x):
    return bessel_y_regular(order, x) + 2 / PI * x.ln() * bessel_j(order, x) - (2 / (PI * x) if order == 1 else 0)


def bessel_k(order, x):
    i, weighted = first_kind(order, x, 1)
    logarithm = (x / 2).ln() + GAMMA
    if order == 0:
        return -logarithm * i + weighted
    return 1 / x + logarithm * i - weighted / 2


def asymptotic(order, x, sign=1):
    """The terms a_k(order) / x^k of Hankel's expansion, up to the least."""
    mu, terms, term = 4 * order * order, [D(1)], D(1)
    for k in range(1, 400):
        following = sign * term * (mu - (2 * k - 1) ** 2) / (k * 8 * x)
        if abs(following) > abs(term) or abs(following) < SMALL:
            break
        terms.append(following)
        term = following
    return terms


FAR = 150


def phase(order, x):
    """P and Q of J = sqrt(2 / (pi x)) (P cos c - Q sin c), Y = sqrt(2 / (pi x)) (P sin c + Q cos c), c = x - (order / 2 + 1/4) pi."""
    if x > FAR:
        terms = asymptotic(order, x)
        return (sum((-1) ** (k // 2) * terms[k] for k in range(0, len(terms), 2)),
                sum((-1) ** (k // 2) * terms[k] for k in range(1, len(terms), 2)))
    getcontext().prec = 90 + int(x)
    c = x - (D(order) / 2 + D("0.25")) * PI
    j, y, scale = bessel_j(order, x), bessel_y(order, x), (PI * x / 2).sqrt()
    found = scale * (j * cosine(c) + y * sine(c)), scale * (y * cosine(c) - j * sine(c))
    getcontext().prec = 90
    return found


def scaled_i(order, x):
    return sum(asymptotic(order, x, -1)) / (2 * PI).sqrt() if x > FAR else (-x).exp() * x.sqrt() * first_kind(order, x, 1)[0]


def scaled_k(order, x):
    if x > FAR // 3:
        return sum(asymptotic(order, x)) * (PI / 2).sqrt()
    getcontext().prec = 90 + int(2 * x)
    found = x.exp() * x.sqrt() * bessel_k(order, x)
    getcontext().prec = 90
    return found


def erfcx(x):
    """exp(x^2) erfc(x)."""
    if x > 12:
        term = total = D(1)
        k = 0
        while True:
            k += 1
            following = -term * (2 * k - 1) / (2 * x * x)
            if abs(following) > abs(term) or abs(following) < SMALL:
                return total / (x * PI.sqrt())
            total += following
            term = following
    getcontext().prec = 250
    term, total, k = x, x, 0
    while True:
        k += 1
        term = term * 2 * x * x / (2 * k + 1)
        total += term
        if abs(term) < D(10) ** -200:
            break
    found = (x * x).exp() - 2 / PI.sqrt() * total
    getcontext().prec = 90
    return found


GAMMA_OF_THIRD = D("2.678938534707747633655692940974677644128689377957301100950428327590417610167743819540982889041188789419159")
ROOT3 = D(3).sqrt()
AI_0 = ROOT3 * GAMMA_OF_THIRD / (2 * PI * (D(3).ln() * 2 / 3).exp())
AI_SLOPE_0 = 1 / ((D(3).ln() / 3).exp() * GAMMA_OF_THIRD)


def airy(x):
    """Ai and Bi, by their power series."""
    cube = x ** 3
    even = term = D(1)
    odd = other = x
    k = 0
    while abs(term) + abs(other) > D(10) ** -80 or k < 10:
        k += 3
        term = term * cube / ((k - 1) * k)
        other = other * cube / (k * (k + 1))
        even += term
        odd += other
    return AI_0 * even - AI_SLOPE_0 * odd, ROOT3 * (AI_0 * even + AI_SLOPE_0 * odd)


def airy_terms(zeta):
    terms, term = [D(1)], D(1)
    for k in range(1, 400):
        following = term * (6 * k - 5) * (6 * k - 3) * (6 * k - 1) / (216 * k * (2 * k - 1)) / zeta
        if abs(following) > abs(term) or abs(following) < SMALL:
            break
        terms.append(following)
        term = following
    return terms


FIRST_ZETA = D(2) / 3 * D(2).sqrt() ** 3
FAR_ZETA = 45


def airy_decay(zeta):
    """Ai(x) 2 sqrt(pi) x^(1/4) exp(zeta), zeta = 2/3 x^(3/2)."""
    if zeta > FAR_ZETA:
        return sum((-1) ** k * term for k, term in enumerate(airy_terms(zeta)))
    x = ((zeta * D("1.5")).ln() * 2 / 3).exp()
    return airy(x)[0] * 2 * PI.sqrt() * x.sqrt().sqrt() * zeta.exp()


def airy_phase(zeta):
    """P and Q of Ai(-x) = (P cos c + Q sin c) / (sqrt(pi) x^(1/4)), Bi(-x) = (Q cos c - P sin c) / ..., c = zeta - pi / 4."""
    if zeta > FAR_ZETA:
        terms = airy_terms(zeta)
        return (sum((-1) ** (k // 2) * terms[k] for k in range(0, len(terms), 2)),
                sum((-1) ** (k // 2) * terms[k] for k in range(1, len(terms), 2)))
    x = ((zeta * D("1.5")).ln() * 2 / 3).exp()
    ai, bi = airy(-x)
    c, scale = zeta - PI / 4, PI.sqrt() * x.sqrt().sqrt()
    return scale * (ai * cosine(c) - bi * sine(c)), scale * (ai * sine(c) + bi * cosine(c))


def series(f, count=64):
    """Coefficients of f on [-1, 1], until they no longer matter in double precision."""
    angles = [PI * (2 * j + 1) / (2 * count) for j in range(count)]
    values = [f(cosine(angle)) for angle in angles]
    found = [float(2 * sum(value * cosine(k * angle) for value, angle in zip(values, angles)) / count) for k in range(40)]
    while abs(found[-1]) < 2e-18 * abs(max(found, key=abs)):
        found.pop()
    return found


tables = {
    "i0Small": ("exp(-x) I0(x), x = 4 (t + 1)", lambda t: (-4 * (t + 1)).exp() * first_kind(0, 4 * (t + 1), 1)[0]),
    "i0Large": ("exp(-x) sqrt(x) I0(x), x = 16 / (t + 1)", lambda t: scaled_i(0, 16 / (t + 1))),
    "i1Small": ("exp(-x) I1(x) / x, x = 4 (t + 1)", lambda t: (-4 * (t + 1)).exp() * first_kind(1, 4 * (t + 1), 1)[0] / (4 * (t + 1))),
    "i1Large": ("exp(-x) sqrt(x) I1(x), x = 16 / (t + 1)", lambda t: scaled_i(1, 16 / (t + 1))),
    "k0Small": ("K0(x) + ln(x / 2) I0(x), x^2 = 2 (t + 1)", lambda t: k_regular(0, (2 * (t + 1)).sqrt())),
    "k0Large": ("exp(x) sqrt(x) K0(x), x = 4 / (t + 1)", lambda t: scaled_k(0, 4 / (t + 1))),
    "k1Small": ("x (K1(x) - ln(x / 2) I1(x)), x^2 = 2 (t + 1)", lambda t: k_regular(1, (2 * (t + 1)).sqrt())),
    "k1Large": ("exp(x) sqrt(x) K1(x), x = 4 / (t + 1)", lambda t: scaled_k(1, 4 / (t + 1))),
    "j0Small": ("J0(x), x^2 = 32 (t + 1)", lambda t: bessel_j(0, (32 * (t + 1)).sqrt())),
    "j1Small": ("J1(x) / x, x^2 = 32 (t + 1)", lambda t: bessel_j(1, (32 * (t + 1)).sqrt()) / (32 * (t + 1)).sqrt()),
    "y0Small": ("Y0(x) - 2 / pi ln(x) J0(x), x^2 = 32 (t + 1)", lambda t: bessel_y_regular(0, (32 * (t + 1)).sqrt())),
    "y1Small": ("(Y1(x) - 2 / pi (ln(x) J1(x) - 1 / x)) / x, x^2 = 32 (t + 1)",
                lambda t: bessel_y_regular(1, (32 * (t + 1)).sqrt()) / (32 * (t + 1)).sqrt()),
    "p0": ("P of order 0, 64 / x^2 = (t + 1) / 2", lambda t: phase(0, 8 / ((t + 1) / 2).sqrt())[0]),
    "q0": ("Q of order 0 times x / 8, 64 / x^2 = (t + 1) / 2", lambda t: phase(0, 8 / ((t + 1) / 2).sqrt())[1] / ((t + 1) / 2).sqrt()),
    "p1": ("P of order 1, 64 / x^2 = (t + 1) / 2", lambda t: phase(1, 8 / ((t + 1) / 2).sqrt())[0]),
    "q1": ("Q of order 1 times x / 8, 64 / x^2 = (t + 1) / 2", lambda t: phase(1, 8 / ((t + 1) / 2).sqrt())[1] / ((t + 1) / 2).sqrt()),
    "airyDecay": ("Ai(x) 2 sqrt(pi) x^(1/4) exp(z), z = 2/3 x^(3/2), z_2 / z = (t + 1) / 2 with z_2 that of x = 2",
                  lambda t: airy_decay(FIRST_ZETA / ((t + 1) / 2))),
    "airyP": ("P of Ai(-x) sqrt(pi) x^(1/4) = P cos(z - pi / 4) + Q sin(z - pi / 4), (z_2 / z)^2 = (t + 1) / 2",
              lambda t: airy_phase(FIRST_ZETA / ((t + 1) / 2).sqrt())[0]),
    "airyQ": ("Q of it times z / z_2", lambda t: airy_phase(FIRST_ZETA / ((t + 1) / 2).sqrt())[1] / ((t + 1) / 2).sqrt()),
    "erfcx": ("(1 + 2 x) exp(x^2) erfc(x), x = 3.75 (1 + t) / (1 - t)",
              lambda t: (1 + 2 * D("3.75") * (1 + t) / (1 - t)) * erfcx(D("3.75") * (1 + t) / (1 - t))),
}


def k_regular(order, x):
    if order == 0:
        return bessel_k(0, x) + (x / 2).ln() * first_kind(0, x, 1)[0]
    return x * (bessel_k(1, x) - (x / 2).ln() * first_kind(1, x, 1)[0])


path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "packages", "torch", "src", "ops", "chebyshev-tables.ts")
with open(path, "w") as file:
    file.write("// Generated by tools/golden/chebyshev.py. Coefficients of Chebyshev series; the first of each is twice that of T_0.\n")
    for name, (what, f) in tables.items():
        coefficients = series(f)
        file.write(f"\n/** {what} */\nexport const {name}: readonly number[] = [\n  " + ", ".join(map(repr, coefficients)) + ",\n]\n")
        print(name, len(coefficients), coefficients[:2], coefficients[-1])
