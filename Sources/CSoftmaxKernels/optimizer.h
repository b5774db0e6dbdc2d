// SPDX-License-Identifier: Apache-2.0
//
// One step of SGD with momentum and of Adam (Kingma and Ba, 2015) on some elements: what the
// optimizers' kernels and the fused gradient steps share. Included once for each variant, after
// elementary.h.

#undef penalized
#undef sgd_plain
#undef sgd_momentum
#undef adam_element
#undef magnitude
#define penalized NAME(penalized)
#define sgd_plain NAME(sgd_plain)
#define sgd_momentum NAME(sgd_momentum)
#define adam_element NAME(adam_element)
#define magnitude NAME(magnitude)

// Adam's moments below this become 0: they decay for ever, and subnormal numbers cost five times
// the step.
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

INLINE void adam_element(vf g, vf *w, vf *m, vf *v, const softmax_adam *s, float l2) {
  g = penalized(g, *w, l2);
  *m = fma_(s->beta1, *m, s->one_minus_beta1 * g);
  *m = magnitude(*m) < SMALLEST_MOMENT ? (vf)0.0f : *m;
  // A share that would be subnormal is 0 (decision 0004).
  vf h = magnitude(g) < s->least_gradient ? (vf)0.0f : g;
  *v = fma_(s->beta2, *v, s->one_minus_beta2 * h * h);
  *v = *v < SMALLEST_MOMENT ? (vf)0.0f : *v;
  vf divisor = fma_(s->scale, __builtin_elementwise_sqrt(*v), s->epsilon);
  *w = fma_(-s->rate, *m / divisor, *w);
}
