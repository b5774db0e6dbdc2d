// SPDX-License-Identifier: Apache-2.0
//
// One step of each optimizer on some elements: what the optimizers' kernels and the fused gradient
// steps share. Included once for each variant, after elementary.h.

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

// Moments below this become 0: they decay for ever, and subnormal numbers cost five times the step.
#undef SMALLEST_MOMENT
#define SMALLEST_MOMENT 0x1p-100f

// The gradient with the penalty's, l2 w.
INLINE vf penalized(vf g, vf w, float l2) { return l2 == 0.0f ? g : fma_(l2, w, g); }

INLINE vf sgd_plain(vf g, vf w, float rate, float l2) {
  return fma_(-rate, penalized(g, w, l2), w);
}

INLINE void sgd_momentum(vf g, vf *w, vf *v, float rate, float momentum, float l2) {
  *v = fma_(momentum, *v, penalized(g, *w, l2));
  *w = fma_(-rate, *v, *w);
}

INLINE vf magnitude(vf x) { return as_float(as_int(x) & INT32_MAX); }

// The step looks ahead along the velocity (Sutskever and others, 2013, as PyTorch writes it).
INLINE void nesterov_element(vf g, vf *w, vf *v, float rate, float momentum, float l2) {
  g = penalized(g, *w, l2);
  *v = fma_(momentum, *v, g);
  *w = fma_(-rate, fma_(momentum, *v, g), *w);
}

// Duchi, Hazan and Singer, 2011.
INLINE void adagrad_element(vf g, vf *w, vf *s, const softmax_adagrad *step, float l2) {
  g = penalized(g, *w, l2);
  *s = fma_(g, g, *s);
  *s = *s < SMALLEST_MOMENT ? (vf)0.0f : *s;
  vf divisor = __builtin_elementwise_sqrt(*s + step->inner_epsilon) + step->outer_epsilon;
  *w = fma_(-step->rate, g / divisor, *w);
}

// Tieleman and Hinton, 2012; with `b` the quotients' momentum, with `a` about the gradient's mean.
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
    // A mean whose square would be subnormal has none; rounding may leave less than nothing.
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
  // A share that would be subnormal is 0 (decision 0004).
  vf h = magnitude(g) < s->least_gradient ? (vf)0.0f : g;
  *v = fma_(s->beta2, *v, s->one_minus_beta2 * h * h);
  *v = *v < SMALLEST_MOMENT ? (vf)0.0f : *v;
}

// The weight decays beside the step (Loshchilov and Hutter, 2019): `keep` of it is left, all in Adam.
INLINE void adam_step(vf *w, vf m, vf v, const softmax_adam *s) {
  vf divisor = fma_(s->scale, __builtin_elementwise_sqrt(v), s->epsilon);
  *w = fma_(-s->rate, m / divisor, s->keep * *w);
}

INLINE void adam_element(vf g, vf *w, vf *m, vf *v, const softmax_adam *s, float l2) {
  adam_moments(penalized(g, *w, l2), m, v, s);
  adam_step(w, *m, *v, s);
}

// Divided by the largest second moment so far (Reddi, Kale and Kumar, 2018).
INLINE void amsgrad_element(vf g, vf *w, vf *m, vf *v, vf *x, const softmax_adam *s, float l2) {
  adam_moments(penalized(g, *w, l2), m, v, s);
  *x = *v > *x ? *v : *x;
  adam_step(w, *m, *x, s);
}
