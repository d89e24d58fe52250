/* Random numbers as a C programmer would take them: xoshiro256++ (Blackman & Vigna 2021); Poisson and
   binomial by inversion for small means, by transformed rejection above (Hormann 1993: PTRS, BTRS);
   gamma by Marsaglia & Tsang (2000). */
#include <math.h>
#include <stdint.h>
#include <string.h>
#define MORE(a, b) ((a) > (b) ? (a) : (b))
#define LESS(a, b) ((a) < (b) ? (a) : (b))

static uint64_t stream[4];

static inline uint64_t rotated(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline uint64_t next(void) {
  const uint64_t result = rotated(stream[0] + stream[3], 23) + stream[0], t = stream[1] << 17;
  stream[2] ^= stream[0]; stream[3] ^= stream[1]; stream[1] ^= stream[2]; stream[0] ^= stream[3];
  stream[2] ^= t; stream[3] = rotated(stream[3], 45);
  return result;
}

static inline double uniform(void) { return ((double)(next() >> 11) + 0.5) * 0x1p-53; }

static void seed_stream(uint64_t seed) {
  for (int i = 0; i < 4; i++) {
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    stream[i] = z ^ (z >> 31);
  }
}

/* log k!: a table for small k, else Stirling's series (lgamma is slow, and takes a lock for its sign) */
static double log_factorial(double k) {
  static double table[128];
  static int filled = 0;
  if (!filled) { for (int i = 1; i < 128; i++) table[i] = table[i - 1] + log(i); filled = 1; }
  if (k < 128) return table[(int)k];
  const double x = k + 1.0;
  return (x - 0.5) * log(x) - x + 0.91893853320467274 + 1.0 / (12.0 * x) - 1.0 / (360.0 * x * x * x);
}

static double poisson(double mean) {
  if (mean <= 0.0) return 0.0;
  if (mean < 10.0) {
    double term = exp(-mean), total = term, u = uniform(), k = 0.0;
    while (total < u && k < 1000.0) { k += 1.0; term *= mean / k; total += term; }
    return k;
  }
  const double root = sqrt(mean), b = 0.931 + 2.53 * root, a = -0.059 + 0.02483 * b;
  const double inverse = 1.1239 + 1.1328 / (b - 3.4), v_r = 0.9277 - 3.6224 / (b - 2.0);
  const double log_mean = log(mean);
  for (;;) {
    const double u = uniform() - 0.5, v = uniform(), us = 0.5 - fabs(u);
    const double k = floor((2.0 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0.0 || (us < 0.013 && v > us)) continue;
    if (log(v) + log(inverse) - log(a / (us * us) + b) <= k * log_mean - mean - log_factorial(k)) return k;
  }
}

static double rare_binomial(double n, double p) {
  if (n * p < 10.0) {
    const double odds = p / (1.0 - p);
    double term = exp(n * log1p(-p)), total = term, u = uniform(), k = 0.0;
    while (total < u && k < n) { term *= odds * (n - k) / (k + 1.0); k += 1.0; total += term; }
    return k;
  }
  const double q = 1.0 - p, sd = sqrt(n * p * q), b = 1.15 + 2.53 * sd;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p, c = n * p + 0.5, v_r = 0.92 - 4.2 / b;
  const double alpha = (2.83 + 5.1 / b) * sd, log_odds = log(p / q), m = floor((n + 1.0) * p);
  const double h = log_factorial(m) + log_factorial(n - m);
  for (;;) {
    const double u = uniform() - 0.5, v = uniform(), us = 0.5 - fabs(u);
    const double k = floor((2.0 * a / us + b) * u + c);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0.0 || k > n) continue;
    if (log(v * alpha / (a / (us * us) + b)) <=
        h - log_factorial(k) - log_factorial(n - k) + (k - m) * log_odds) return k;
  }
}

static double binomial(double n, double p) {
  if (n <= 0.0 || p <= 0.0) return 0.0;
  if (p >= 1.0) return n;
  return p <= 0.5 ? rare_binomial(n, p) : n - rare_binomial(n, 1.0 - p);
}

static double normal(void) {
  for (;;) {
    const double u = 2.0 * uniform() - 1.0, v = 2.0 * uniform() - 1.0, s = u * u + v * v;
    if (s > 0.0 && s < 1.0) return u * sqrt(-2.0 * log(s) / s);
  }
}

static double gamma_variate(double shape) {
  if (shape < 1.0) return gamma_variate(shape + 1.0) * pow(uniform(), 1.0 / shape);
  const double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
  for (;;) {
    const double z = normal(), w = 1.0 + c * z, v = w * w * w;
    if (w > 0.0 && log(uniform()) < 0.5 * z * z + d - d * v + d * log(v)) return d * v;
  }
}

static double negative_binomial(double mean, double size) {
  return poisson(gamma_variate(size) * mean / size);
}

static double tailed(double happened, double mean, double exponent, double largest) {
  const double cut = pow(1.0 + largest, -exponent);
  double expected = (1.0 - (1.0 + largest) * cut) / (exponent - 1.0) - largest * cut, total = 0.0;
  expected /= 1.0 - cut;
  for (double i = 0.0; i < happened; i += 1.0)
    total += pow(1.0 - uniform() * (1.0 - cut), -1.0 / exponent) - 1.0;
  return poisson(mean * total / (happened * expected));
}

static inline void leave(long d, const double *staying, const double *hazard, double *leaving,
                         const double *hazards, const double *rests, double *moved, int exits, long stride) {
  double left = binomial(staying[d], -expm1(-hazard[d]));
  leaving[d] = left;
  for (int i = 0; i < exits - 1; i++) {
    const long at = i * stride + d;
    double part = 0.0;
    if (left > 0.0 && hazards[at] > 0.0) part = binomial(left, LESS(hazards[at] / rests[at], 1.0));
    moved[at] = part;
    left -= part;
  }
  moved[(exits - 1) * stride + d] = left;
}

/* A level that comes and goes by itself: a normal chance that fades, one for all where it is common. */
static inline void shock(double *restrict chance, double *restrict level, double spread, double kept,
                         int is_common, long week, long districts) {
  const double fresh = sqrt(1.0 - kept * kept);
  const long drawn = is_common ? 1 : districts;
  for (long d = 0; d < drawn; d++) {
    const double z = normal();
    chance[d] = week == 0 ? z : kept * chance[d] + fresh * z;
  }
  for (long d = drawn; d < districts; d++) chance[d] = chance[0];
  for (long d = 0; d < districts; d++) level[d] = exp(spread * chance[d] - 0.5 * spread * spread);
}

static void settle(long d, const double *moved, const double *pull, double *arrived, const long *first,
                   const long *neighbour, const double *weight) {
  double left = moved[d], total = 0.0;
  long last = d;
  for (long n = first[d]; n < first[d + 1]; n++) total += weight[n] * pull[neighbour[n]];
  for (long n = first[d]; n < first[d + 1] && left > 0.0 && total > 0.0; n++) {
    const double part = weight[n] * pull[neighbour[n]];
    if (part <= 0.0) continue;
    last = neighbour[n];
    const double going = binomial(left, LESS(part / total, 1.0));
    arrived[last] += going;
    left -= going;
    total -= part;
  }
  arrived[last] += left;
}
