// SPDX-License-Identifier: Apache-2.0
//
// One update by each optimizer for the elements of a vector. The kernels in optimizer.c and
// gradient_step.c share these functions. Included once for each variant, after elementary.h.

#undef penalized
#undef sgd_plain
#undef sgd_momentum
#undef nesterov_element
#undef adagrad_element
#undef rmsprop_element
#undef adam_moments
#undef adam_element
#undef adam_step
#undef amsgrad_element
#undef magnitude
#define penalized NAME(penalized)
#define sgd_plain NAME(sgd_plain)
#define sgd_momentum NAME(sgd_momentum)
#define nesterov_element NAME(nesterov_element)
#define adagrad_element NAME(adagrad_element)
#define rmsprop_element NAME(rmsprop_element)
#define adam_moments NAME(adam_moments)
#define adam_element NAME(adam_element)
#define adam_step NAME(adam_step)
#define amsgrad_element NAME(amsgrad_element)
#define magnitude NAME(magnitude)

// Moments whose magnitude is below this become 0. Otherwise they would decay until they are subnormal,
// and subnormal numbers make the update take five times as long.
#undef SMALLEST_MOMENT
#define SMALLEST_MOMENT 0x1p-100f

// Returns the gradient plus the gradient l2 w of the l2 penalty.
INLINE vf penalized(vf g, vf w, float l2) { return l2 == 0.0f ? g : fma_(l2, w, g); }

INLINE vf sgd_plain(vf g, vf w, float rate, float l2) {
  return fma_(-rate, penalized(g, w, l2), w);
}

INLINE void sgd_momentum(vf g, vf *w, vf *v, float rate, float momentum, float l2) {
  *v = fma_(momentum, *v, penalized(g, *w, l2));
  *w = fma_(-rate, *v, *w);
}

INLINE vf magnitude(vf x) { return as_float(as_int(x) & INT32_MAX); }

// SGD with Nesterov momentum: w moves by the gradient plus momentum times the new velocity (Sutskever
// et al., 2013, in the form that PyTorch uses).
INLINE void nesterov_element(vf g, vf *w, vf *v, float rate, float momentum, float l2) {
  g = penalized(g, *w, l2);
  *v = fma_(momentum, *v, g);
  *w = fma_(-rate, fma_(momentum, *v, g), *w);
}

// Adagrad (Duchi, Hazan and Singer, 2011).
INLINE void adagrad_element(vf g, vf *w, vf *s, const softmax_adagrad *step, float l2) {
  g = penalized(g, *w, l2);
  *s = fma_(g, g, *s);
  *s = *s < SMALLEST_MOMENT ? (vf)0.0f : *s;
  vf divisor = __builtin_elementwise_sqrt(*s + step->inner_epsilon) + step->outer_epsilon;
  *w = fma_(-step->rate, g / divisor, *w);
}

// RMSprop (Tieleman and Hinton, 2012). `b` is the momentum of the quotients, or null. `a` is the moving
// mean of the gradient in the centered variant, or null.
INLINE void rmsprop_element(
    vf g, vf *w, vf *s, vf *b, vf *a, const softmax_rmsprop *step, float l2) {
  g = penalized(g, *w, l2);
  vf h = magnitude(g) < step->least_gradient ? (vf)0.0f : g;
  *s = fma_(step->rho, *s, step->one_minus_rho * h * h);
  *s = *s < SMALLEST_MOMENT ? (vf)0.0f : *s;
  vf spread = *s;
  if (a) {
    *a = fma_(step->rho, *a, step->one_minus_rho * g);
    *a = magnitude(*a) < SMALLEST_MOMENT ? (vf)0.0f : *a;
    // A mean below 2^-60 is taken as 0, so its square cannot be subnormal. Rounding can make the
    // difference negative.
    vf mean = magnitude(*a) < 0x1p-60f ? (vf)0.0f : *a;
    spread = fma_(-mean, mean, spread);
    spread = spread < 0.0f ? (vf)0.0f : spread;
  }
  vf divisor = __builtin_elementwise_sqrt(spread + step->inner_epsilon) + step->outer_epsilon;
  vf d = g / divisor;
  if (b) {
    *b = fma_(step->momentum, *b, d);
    *b = magnitude(*b) < SMALLEST_MOMENT ? (vf)0.0f : *b;
    d = *b;
  }
  *w = fma_(-step->rate, d, *w);
}

INLINE void adam_moments(vf g, vf *m, vf *v, const softmax_adam *s) {
  *m = fma_(s->beta1, *m, s->one_minus_beta1 * g);
  *m = magnitude(*m) < SMALLEST_MOMENT ? (vf)0.0f : *m;
  // A gradient whose contribution to v would be subnormal contributes 0 (docs/decisions/0004).
  vf h = magnitude(g) < s->least_gradient ? (vf)0.0f : g;
  *v = fma_(s->beta2, *v, s->one_minus_beta2 * h * h);
  *v = *v < SMALLEST_MOMENT ? (vf)0.0f : *v;
}

// Updates the weight. Weight decay is decoupled from the gradient (AdamW; Loshchilov and Hutter, 2019):
// the weight is multiplied by `keep`, which is 1 in Adam.
INLINE void adam_step(vf *w, vf m, vf v, const softmax_adam *s) {
  vf divisor = fma_(s->scale, __builtin_elementwise_sqrt(v), s->epsilon);
  *w = fma_(-s->rate, m / divisor, s->keep * *w);
}

INLINE void adam_element(vf g, vf *w, vf *m, vf *v, const softmax_adam *s, float l2) {
  adam_moments(penalized(g, *w, l2), m, v, s);
  adam_step(w, *m, *v, s);
}

// AMSGrad: the divisor uses the largest second moment so far (Reddi, Kale and Kumar, 2018).
INLINE void amsgrad_element(vf g, vf *w, vf *m, vf *v, vf *x, const softmax_adam *s, float l2) {
  adam_moments(penalized(g, *w, l2), m, v, s);
  *x = *v > *x ? *v : *x;
  adam_step(w, *m, *x, s);
}
