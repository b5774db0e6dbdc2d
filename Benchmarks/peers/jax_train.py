# SPDX-License-Identifier: Apache-2.0
"""JAX, a whole epoch compiled as one scan: the fastest peer on a processor.

usage: jax_train.py data=FOLDER hidden=128 optimizer=adam rate=0.001 batch=32
"""

import time

import jax
import jax.numpy as jnp
import numpy as np
import optax
from protocol import Course, fashion_mnist, pixels, serve, settings

chosen = settings()
hidden, batch, rate = int(chosen["hidden"]), int(chosen["batch"]), float(chosen["rate"])
(images, labels), (test_images, test_labels) = fashion_mnist(chosen["data"])
x, y = jnp.asarray(pixels(images)), jnp.asarray(labels, jnp.int32)
test_x = jnp.asarray(pixels(test_images))
optimizer = optax.sgd(rate) if chosen["optimizer"] == "sgd" else optax.adam(rate, eps=1e-7)


def logits(parameters, x):
    for w, b in parameters[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = parameters[-1]
    return x @ w + b


def loss(parameters, x, y):
    return optax.softmax_cross_entropy_with_integer_labels(logits(parameters, x), y).mean()


def step(carry, pick):
    parameters, state = carry
    value, gradient = jax.value_and_grad(loss)(parameters, x[pick], y[pick])
    update, state = optimizer.update(gradient, state, parameters)
    return (optax.apply_updates(parameters, update), state), value


def epoch_in(order, parameters, state):
    full = len(x) // batch * batch
    carry, losses = jax.lax.scan(step, (parameters, state), order[:full].reshape(-1, batch))
    total = losses.sum() * batch
    if full < len(x):  # the short last batch, as the others have it
        carry, last = step(carry, order[full:])
        total = total + last * (len(x) - full)
    return *carry, total / len(x)


@jax.jit
def epoch(key, parameters, state):
    return epoch_in(jax.random.permutation(key, len(x)), parameters, state)


given_epoch = jax.jit(epoch_in)
sizes = [784, hidden, 10] if hidden else [784, 10]
keys = jax.random.split(jax.random.key(0), len(sizes))
glorot = jax.nn.initializers.glorot_uniform()
parameters = [(glorot(k, s), jnp.zeros(s[1])) for k, s in zip(keys, zip(sizes, sizes[1:]))]
state, count = optimizer.init(parameters), 0


def run():
    global parameters, state, count
    count += 1
    start = time.perf_counter()
    parameters, state, value = epoch(jax.random.fold_in(keys[-1], count), parameters, state)
    value = float(value)
    return {"seconds": time.perf_counter() - start, "loss": value}


def agree(seed, epochs, folder):
    course = Course(folder, seed, hidden)
    own = [(jnp.asarray(w.T), jnp.zeros(len(w))) for w in course.weights]
    memory = optimizer.init(own)
    for order in course.orders[: int(epochs)]:
        own, memory, value = given_epoch(jnp.asarray(order, jnp.int32), own, memory)
    guess = np.asarray(logits(own, test_x).argmax(1))
    return {"loss": float(value), "accuracy": float((guess == test_labels).mean())}


run()
serve("JAX", jax.__version__, run=run, agree=agree)
